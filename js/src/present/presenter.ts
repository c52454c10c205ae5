// What is presented while one avatar speaks: which figure is shown, and what it does, is a function of
// where the player is. Runs in the page alone, so that a busy kernel delays nothing.

import type { Captions } from "../model/captions.ts";
import type { Handlers } from "../model/kernel_link.ts";
import { h, setText } from "../page/dom.ts";
import type { CuesMessage, FigureMessage, Said, SpeechMessage } from "../protocol.ts";
import { Clock } from "./clock.ts";
import { type FigureSource, Figures } from "./figures.ts";
import { type Due, Timeline } from "./timeline.ts";

const ESTIMATED = "This service tells no word times: cues follow the length of the text.";

/** What plays the talk, and whence comes what is presented: a live page has it, and a saved one. */
export interface PresenterHost {
  readonly state: {
    readonly captions: Captions;
    readonly speeches: { readonly all: readonly SpeechMessage[] };
  };
  /** Null before there was anything to see; `position` is in seconds of the stream. */
  readonly player: { readonly video: HTMLVideoElement; readonly position: number } | null;
  readonly link: {
    handle(handlers: Handlers): void;
    tell(said: Said): void;
  };
}

interface View {
  element: HTMLElement;
  figures: Figures;
}

export class Presenter {
  private readonly timeline = new Timeline();
  private readonly sources = new Map<number, FigureSource>();
  private readonly views = new Set<View>();
  private readonly clock: Clock;
  /** Those that the kernel was told of. */
  private readonly called = new Set<string>();
  /** What `dues` was made of. */
  private seen = "";
  private dues: Due[] = [];
  private changes = 0;
  private shown: number | null = null;
  private warned = false;

  constructor(
    private readonly host: PresenterHost,
    watch: (draw: () => void) => void,
    signal: AbortSignal,
  ) {
    this.clock = new Clock(() => this.draw(), signal);
    host.link.handle({
      figure: (message, [bytes]) => bytes && this.addFigure(message, bytes),
      cues: (message) => this.addCues(message),
    });
    watch(() => this.look());
    this.look();
  }

  /** Show in `element` what is presented, until `signal`. */
  enter(element: HTMLElement, signal: AbortSignal): void {
    const view = { element, figures: new Figures(element, signal) };
    this.views.add(view);
    signal.addEventListener("abort", () => this.views.delete(view));
    for (const source of this.sources.values()) view.figures.prepare(source);
    this.look();
  }

  private addFigure({ id, title }: FigureMessage, bytes: DataView<ArrayBuffer>): void {
    const source = { id, title, document: new TextDecoder().decode(bytes) };
    if (this.sources.has(id)) return;
    this.sources.set(id, source);
    for (const { figures } of this.views) figures.prepare(source);
    this.look();
  }

  private addCues(message: CuesMessage): void {
    this.timeline.add(message, this.host.player?.position ?? 0);
    this.changes += 1;
    this.look();
  }

  /** Something has changed beside the time. */
  private look(): void {
    const video = this.host.player?.video;
    if (video) this.clock.follow(video);
    this.clock.run();
  }

  /** Show what is to be seen now; return the seconds until the next cue. */
  private draw(): number {
    const { captions, speeches } = this.host.state;
    const statuses = speeches.all.map(({ id, status }) => `${id}${status}`).join();
    const seen = `${captions.epoch} ${captions.version} ${this.changes} ${statuses}`;
    if (seen !== this.seen) this.dues = this.timeline.dues(captions, speeches.all);
    this.seen = seen;
    const time = this.host.player?.position ?? 0;
    const past = this.dues.filter((due) => due.time <= time);
    const latest = past.at(-1);
    const figure = past.findLast((due) => due.figure !== null)?.figure ?? null;
    this.shown = figure ?? this.shown ?? this.timeline.firstFigure;
    this.show(latest);
    for (const due of past) this.call(due);
    return (this.dues[past.length]?.time ?? Number.POSITIVE_INFINITY) - time;
  }

  private show(latest: Due | undefined): void {
    const { shown } = this;
    const actions = latest && latest.figure === shown ? latest.actions : [];
    const hidden = shown === null ? [] : this.timeline.hiddenIn(shown);
    const cue = latest && latest.cue >= 0 ? `${latest.speech}:${latest.cue}` : "";
    for (const { element, figures } of this.views) {
      if (element.dataset.cue !== cue) element.dataset.cue = cue;
      figures.show(shown, { actions, hidden });
    }
    if (this.timeline.isEstimated && !this.warned) this.warn();
  }

  /** Say once that cues are not exact. */
  private warn(): void {
    for (const { element } of this.views) {
      const notice = h("p", { class: "hw-notice", role: "status" });
      element.append(notice);
      setText(notice, ESTIMATED);
      this.warned = true;
    }
  }

  /** Tell the kernel of a cue that calls something there. */
  private call({ speech, cue, calls }: Due): void {
    const name = `${speech}:${cue}`;
    if (!calls || this.called.has(name)) return;
    this.called.add(name);
    this.host.link.tell({ kind: "cue", speech, cue });
  }
}
