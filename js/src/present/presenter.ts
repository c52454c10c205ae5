// What is presented while one avatar speaks: which figure is shown, and what it does, is a function of
// where the player is. Runs in the page alone, so that a busy kernel delays nothing.

import type { Captions } from "../model/captions.ts";
import type { Handlers } from "../model/kernel_link.ts";
import type { CuesMessage, FigureMessage, Said, SpeechMessage } from "../protocol.ts";
import { Clock } from "./clock.ts";
import { type FigureSource, Figures } from "./figures.ts";
import { type Due, Timeline } from "./timeline.ts";

const ESTIMATED = "This service tells no word times: cues follow the length of the text.";

/** What plays the talk, and what is presented: in a live page, and in a saved one. */
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
  private epoch = 0;
  /** What was shown when this session began. */
  private before: number | null = null;

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
    for (const source of this.sources.values()) view.figures.add(source);
    this.look();
  }

  get advice(): string {
    return this.timeline.isEstimated(this.host.state.speeches.all) ? ESTIMATED : "";
  }

  private addFigure({ id, title }: FigureMessage, bytes: DataView<ArrayBuffer>): void {
    const source = { id, title, document: new TextDecoder().decode(bytes) };
    if (this.sources.has(id)) return;
    this.sources.set(id, source);
    for (const { figures } of this.views) figures.add(source);
    this.look();
  }

  private addCues(message: CuesMessage): void {
    const { epoch } = this.host.state.captions;
    this.timeline.add(message, epoch, this.host.player?.position ?? 0);
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
    if (captions.epoch !== this.epoch) this.before = this.shown;
    this.epoch = captions.epoch;
    const time = this.host.player?.position ?? 0;
    const past = this.dues.filter((due) => due.time <= time);
    const latest = past.at(-1);
    const figure = past.findLast((due) => due.figure !== null)?.figure ?? null;
    this.shown = figure ?? this.before ?? this.timeline.firstFigure;
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
  }

  /** Tell the kernel of a cue that calls something there. */
  private call({ speech, cue, calls }: Due): void {
    const name = `${speech}:${cue}`;
    if (!calls || this.called.has(name)) return;
    this.called.add(name);
    this.host.link.tell({ kind: "cue", speech, cue });
  }
}
