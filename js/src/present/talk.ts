// The page of a saved talk: plays the film that it carries, with captions, a transcript to seek in, and
// the figures with their cues, by the same rules as a live page. Sends no requests.

import { Captions } from "../model/captions.ts";
import type { KernelMessage, SpeechMessage, WordsMessage } from "../protocol.ts";
import { Clock } from "./clock.ts";
import { Presenter } from "./presenter.ts";

/** As `present/talk.py` writes it. */
interface Talk {
  shift: number;
  words: WordsMessage;
  speeches: SpeechMessage[];
  cues: Extract<KernelMessage, { kind: "cues" }>[];
  figures: { id: number; title: string; document: string; library: number | null }[];
  libraries: string[];
}

const LIBRARY = "/*library*/";

const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const video = element<HTMLVideoElement>("video");
const talk: Talk = JSON.parse(element("talk").textContent ?? "");
const life = new AbortController().signal;

function playFilm(): void {
  const binary = atob(element("film").textContent ?? "");
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
}

/** Show figures and cues as a live page does, which is told the same. */
function present(): void {
  const captions = new Captions(talk.words.epoch);
  captions.add(talk.words);
  const player = {
    video,
    get position() {
      return video.currentTime - talk.shift;
    },
  };
  // biome-ignore lint/suspicious/noExplicitAny: each handler takes the messages of its kind
  const handlers: Partial<Record<string, (message: any, buffers: any) => void>> = {};
  const link = {
    handle: (some: object) => Object.assign(handlers, some),
    tell: () => {}, // nobody listens
  };
  const state = { captions, speeches: { all: talk.speeches } };
  const presenter = new Presenter({ state, player, link }, () => {}, life);
  for (const { library, document, ...figure } of talk.figures) {
    const script = talk.libraries[library ?? -1] ?? "";
    // What comes before it is the user's, and may look the same.
    const at = document.lastIndexOf(LIBRARY);
    const parts = at < 0 ? [document] : [document.slice(0, at), script, document.slice(at)];
    const whole = new TextEncoder().encode(parts.join(""));
    handlers.figure?.({ kind: "figure", ...figure }, [new DataView(whole.buffer)]);
  }
  for (const cues of talk.cues) handlers.cues?.(cues, []);
  presenter.enter(element("figures"), life);
}

/** Seek to what is clicked, and mark what is heard. */
function followTranscript(): void {
  const seek = ({ target }: Event) => {
    const clicked = (target as Element).closest<HTMLElement>("[data-start]");
    if (!clicked) return;
    video.currentTime = Number(clicked.dataset.start);
    video.play().catch(() => {}); // the browser may want another click
  };
  element("below").addEventListener("click", seek);
  const started = (selector: string) =>
    [...document.querySelectorAll<HTMLElement>(selector)].map((each) => ({
      each,
      start: Number(each.dataset.start),
    }));
  const words = started("#transcript span");
  const chapters = started("nav button");
  let now: HTMLElement | undefined;
  let chapter: HTMLElement | undefined;
  const tick = () => {
    const time = video.currentTime;
    const word = words.findLast(({ start }) => start <= time)?.each;
    if (word !== now) {
      now?.classList.remove("now");
      word?.classList.add("now");
      const box = element("transcript");
      if (word) box.scrollTop = word.offsetTop - box.offsetTop - box.clientHeight / 2;
      now = word;
    }
    const current = chapters.findLast(({ start }) => start <= time)?.each;
    if (current !== chapter) {
      chapter?.removeAttribute("aria-current");
      current?.setAttribute("aria-current", "true");
      chapter = current;
    }
    return Number.POSITIVE_INFINITY;
  };
  new Clock(tick, life).follow(video);
}

playFilm();
present();
followTranscript();
