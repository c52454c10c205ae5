import { afterEach, expect, test } from "vitest";
import { Captions } from "../../src/model/captions.ts";
import { Presenter } from "../../src/present/presenter.ts";
import type { CuesMessage, SpeechMessage, Word } from "../../src/protocol.ts";

let life = new AbortController();

afterEach(() => {
  life.abort();
  life = new AbortController();
  document.body.replaceChildren();
});

function cues(speech: number, figure: number, estimated = false): CuesMessage {
  return { kind: "cues", speech, figure, first: 0, cues: [], places: [], estimated };
}

/** A page that plays texts, of which each has a figure and begins after as many seconds as its id. */
function play(ids = [1, 2]) {
  // biome-ignore lint/suspicious/noExplicitAny: each handler takes the messages of its kind
  const handlers: Record<string, (message: any, buffers: DataView[]) => void> = {};
  const word = (speech: number): Word => ({
    word: "Hello",
    start: speech,
    end: speech + 0.5,
    place: [speech, 0, 5],
    cues: [],
  });
  const speeches: SpeechMessage[] = [];
  const host = {
    state: { captions: new Captions(1), speeches: { all: speeches } },
    player: { video: document.createElement("video"), position: 0 },
    link: {
      handle: (some: object) => Object.assign(handlers, some),
      tell: () => {},
    },
  };
  host.state.captions.add({ kind: "words", epoch: 1, first: 0, words: ids.map(word) });
  let look = () => {};
  const presenter = new Presenter(
    host,
    (draw) => {
      look = draw;
    },
    life.signal,
  );
  const element = document.body.appendChild(document.createElement("div"));
  presenter.enter(element, life.signal);
  for (const id of ids) {
    handlers.figure?.({ kind: "figure", id, title: `Figure ${id}` }, [
      new DataView(new ArrayBuffer(0)),
    ]);
    handlers.cues?.(cues(id, id), []);
  }
  const shownAt = (position: number) => {
    host.player.position = position;
    look();
    return element.querySelector<HTMLIFrameElement>("iframe:not(.hw-away)")?.title;
  };
  return { host, handlers, presenter, shownAt };
}

test("what is shown depends on the time alone, also before the first word", () => {
  const { shownAt } = play();
  const titles = [0, 1.2, 2.2, 1.2, 0].map(shownAt);
  expect(titles.map((title) => title?.at(-1))).toEqual(["1", "1", "2", "1", "1"]);
});

test("however many figures there are, each is shown, and few are drawn", () => {
  const ids = Array.from({ length: 20 }, (_, index) => index + 1);
  const { shownAt } = play(ids);
  for (const id of [...ids, ...ids.toReversed()]) {
    expect(shownAt(id + 0.1)).toBe(`Figure ${id}`);
    expect(document.querySelectorAll("iframe").length).toBeLessThan(10);
  }
});

test("a figure stays until the next session presents another one", () => {
  const { host, shownAt } = play();
  expect(shownAt(2.2)).toBe("Figure 2");
  host.state.captions = new Captions(2);
  expect(shownAt(0)).toBe("Figure 2");
});

test("the user is told of cues that are not exact, and only of those of this session", () => {
  const { host, handlers, presenter } = play();
  const all = host.state.speeches.all;
  const speech = { kind: "speech", epoch: 1, text: "Hello", status: "speaking", first: 0 } as const;
  all.push({ ...speech, id: 1 });
  expect(presenter.advice).toBe("");
  handlers.cues?.(cues(1, 1, true), []);
  expect(presenter.advice).toContain("cues follow the length of the text");
  all.splice(0, 1, { ...speech, id: 2 });
  expect(presenter.advice).toBe("");
});
