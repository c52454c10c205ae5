// The browser's side of one avatar: what all its views share. Reads the kernel's messages, asks
// for things, keeps the one picture and says when something changed. Draws nothing.

import type { AnyModel } from "@anywidget/types";
import type { Shelf } from "../page/library.ts";
import { describePage } from "../page/page_info.ts";
import {
  type KernelMessage,
  type PictureQuality,
  type Problem,
  type Request,
  readKernelMessage,
  readSession,
  type Said,
  type SessionView,
  type WordsMessage,
} from "../protocol.ts";
import { Pace } from "./backoff.ts";
import { Captions } from "./captions.ts";
import { KernelLink, type Pending } from "./kernel_link.ts";
import { Meter } from "./meter.ts";
import { report } from "./playback_report.ts";
import { needsPlayer, type PlayerModule, playerFor } from "./player_bundles.ts";
import type { House, Show } from "./session_player.ts";
import { isOpening, isOver } from "./status.ts";
import { Speeches } from "./transcript.ts";
import { Desk } from "./ui_state.ts";
import { type View, Views } from "./video_placement.ts";
import type { Picture } from "./video_player.ts";

export type { View } from "./video_placement.ts";

const REPORT_EVERY_MS = 1000;
/** So long after its last use it is unlikely that somebody is about to type into the widget. */
const UNUSED_MS = 4000;
/** Messages about the picture, and their bytes, that are kept until there is a player for them. */
const MOST_EARLY = 100;
const MOST_EARLY_BYTES = 32 * 1024 * 1024;

export class Avatar implements House {
  session: SessionView;
  captions: Captions;
  /** What the user asked for last and could not have. */
  problem: Problem | null = null;
  /** The text that was refused with `problem`, for it to be sent again. */
  refused: { id: string; text: string } | null = null;
  /** When the session began to open, as of `performance.now()`; null when it is not opening. */
  openingSince: number | null = null;
  sawItBegin = false;
  readonly meter = new Meter();
  readonly speeches = new Speeches();
  readonly desk = new Desk();

  private readonly changes = new EventTarget();
  private readonly views: Views;
  /** Where the page keeps the player for this avatar. */
  private readonly shelf: Shelf<PlayerModule>;
  /** What plays the sessions, once that is there. */
  private playing: Show | null = null;
  private early: [KernelMessage, DataView<ArrayBuffer>[]][] = [];
  private greeted = false;
  private ordered = false;
  private readonly link: KernelLink;
  /** What was asked for last, while it is not there yet; the kernel may have heard it. */
  private asked: Request | null = null;
  /** Epoch after which the kernel was told that it may redraw the output. */
  private yielded = 0;
  /** Since when nobody uses the widget, as of `performance.now()`; null while somebody does. */
  private unusedSince: number | null = null;
  private reported = "";
  private readonly reporting = new Pace(REPORT_EVERY_MS);

  constructor(
    private readonly model: AnyModel,
    private readonly signal: AbortSignal,
  ) {
    const answered = (asked: Pending | null, problem: Problem | null) =>
      this.answered(asked, problem);
    this.link = new KernelLink(model, signal, answered, () => this.lostKernel());
    this.session = readSession(model.get("session"));
    this.shelf = playerFor(this.session);
    this.views = new Views(
      () => this.moved(),
      () => this.player?.rest(),
      signal,
    );
    this.captions = new Captions(this.session.epoch);
    this.listen("change:session", () => this.follow(readSession(model.get("session"))));
    this.listen("msg:custom", (content: unknown, buffers?: DataView<ArrayBuffer>[]) =>
      this.receive(content, buffers ?? []),
    );
    this.listen("comm_live_update", () => this.checkKernel());
    this.follow(this.session);
    this.shelf.library.then((found) => this.takeUp(found));
    if (!this.ordered) this.sayHello(this.shelf.delivered);
    const reporting = setInterval(() => {
      this.link.repeatIfDue();
      this.report();
      this.yieldOutput();
    }, REPORT_EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(reporting));
  }

  /** Call `draw` at each change, until `signal`. */
  watch(draw: () => void, signal: AbortSignal): void {
    this.changes.addEventListener("change", draw, { signal });
  }

  get player(): Picture | null {
    return this.playing?.player ?? null;
  }

  /** What draws the transcript, once that is there. */
  get transcriptView(): Promise<PlayerModule["TranscriptView"]> {
    return this.shelf.library.then(({ TranscriptView }) => TranscriptView);
  }

  /** The view that has the picture: the newest, or the one it was called to. */
  get holder(): View | undefined {
    return this.views.holder;
  }

  /** Show the picture in `view`; when that goes, the one before gets it back. */
  enter(view: View, signal: AbortSignal): void {
    this.views.enter(view, signal);
    signal.addEventListener("abort", () => this.change());
    this.change();
  }

  /** Move the picture to `view`. */
  bringTo(view: View): void {
    this.views.bringTo(view);
    this.change();
  }

  speak(text: string): void {
    if (text.trim() === "") return;
    this.allowSound();
    this.ask({ kind: "speak", text });
  }

  /** Send the text that was refused once more, as the same one. */
  retry(): void {
    if (this.refused) this.ask({ kind: "speak", text: this.refused.text }, this.refused.id);
  }

  /** Whether a text is on its way to the kernel. */
  get submitting(): boolean {
    return this.link.awaits("speak");
  }

  /** Take no more text; what was said is still spoken. */
  finish(): void {
    this.ask({ kind: "finish" });
  }

  stop(): void {
    this.ask({ kind: "stop" });
  }

  /** Be silent, and forget what was still to be said; the session goes on. */
  interrupt(): void {
    this.ask({ kind: "interrupt" });
  }

  /** Show another quality, in a session of its own. */
  switchTo(quality: PictureQuality): void {
    this.ask({ kind: "switch", quality });
  }

  /** What was asked for and is not there yet. */
  get awaiting(): Request["kind"] | null {
    return this.asked?.kind ?? null;
  }

  /** Whether the kernel has left a request unanswered for long: it runs a cell, most likely. */
  kernelIsBusy(now: number): boolean {
    return this.link.isBusy(now);
  }

  /** Whether the kernel was restarted, shut down or died: nobody answers any more. */
  get kernelGone(): boolean {
    return this.link.gone;
  }

  /** Say that something could not be done here. */
  complain(title: string, hint: string): void {
    this.problem = { title, hint, request_id: null };
    this.refused = null;
    this.change();
  }

  dismissProblem(): void {
    this.problem = this.refused = null;
    this.change();
  }

  /** The picture is in another view, which may have been drawn when it had none. */
  private moved(): void {
    this.player?.moved();
    this.change();
  }

  private receive(content: unknown, buffers: DataView<ArrayBuffer>[]): void {
    const message = readKernelMessage(content);
    switch (message?.kind) {
      case "words":
        this.hear(message);
        break;
      case "speech":
        this.speeches.tell(message);
        this.change();
        break;
      case "problem":
        this.problem = message.problem;
        this.change();
        break;
      case "ack":
        this.link.acknowledge(message);
        break;
      case "player":
        this.takeLibrary(buffers[0]);
        break;
      case "media":
      case "room":
      case "offer":
        this.takePicture(message, buffers);
        break;
    }
  }

  private order(): void {
    this.ordered = true;
    this.shelf.order((onItsWay) => {
      if (!onItsWay || !this.greeted) this.sayHello(onItsWay);
    }, this.signal);
  }

  private takeLibrary(bytes: DataView<ArrayBuffer> | undefined): void {
    if (!bytes) return;
    this.shelf.deliver(bytes).catch((error: unknown) => {
      const hint = `The page could not run the player: ${String(error)}`;
      this.complain("The player could not be loaded", hint);
    });
  }

  /** The player is there: play what has been waiting for it. */
  private takeUp(found: PlayerModule): void {
    if (this.signal.aborted) return;
    this.playing = new found.Show(found.default, this, this.signal);
    for (const [message, buffers] of this.early.splice(0)) this.playing.take(message, buffers);
    this.playing.follow(this.session);
    this.change();
  }

  private takePicture(message: KernelMessage, buffers: DataView<ArrayBuffer>[]): void {
    if (this.playing) {
      this.playing.take(message, buffers);
    } else {
      this.early.push([message, buffers]);
      this.forgetEarly();
    }
  }

  /** Keep only the newest messages while there is no player yet. */
  private forgetEarly(): void {
    let bytes = 0;
    const kept = this.early.findLastIndex(([, buffers], index) => {
      for (const { byteLength } of buffers) bytes += byteLength;
      return bytes > MOST_EARLY_BYTES || index < this.early.length - MOST_EARLY;
    });
    this.early.splice(0, kept + 1);
  }

  private hear(message: WordsMessage): void {
    if (message.epoch < this.captions.epoch) return;
    if (message.epoch > this.captions.epoch) this.captions = new Captions(message.epoch);
    this.captions.add(message);
  }

  /** Go along with the kernel's account of the session. */
  private follow(session: SessionView): void {
    const before = this.session;
    this.session = session;
    const now = performance.now();
    this.meter.set(session, now);
    if (session.epoch !== before.epoch) {
      this.sawItBegin = true;
      this.problem = this.refused = null;
      this.openingSince = null;
    }
    if (session.epoch > this.captions.epoch) this.captions = new Captions(session.epoch);
    this.openingSince = isOpening(session) ? (this.openingSince ?? now) : null;
    this.sawItBegin ||= isOpening(session);
    if (!this.ordered && needsPlayer(session)) this.order();
    this.playing?.follow(session);
    const ending = session.epoch !== before.epoch || isOver(session);
    if (ending) this.settle("stop");
    if (ending || session.status === "draining") this.settle("finish");
    this.change();
  }

  /** Seconds on the meter. */
  get elapsed(): number {
    return this.meter.elapsed(performance.now());
  }

  present(video: HTMLVideoElement): void {
    this.views.show(video);
  }

  changed(): void {
    this.report();
    this.change();
  }

  /** The user acts: sound that only the browser kept off may be turned on. */
  private allowSound(): void {
    if (this.player?.soundBlocked) this.player.setMuted(false);
  }

  /** Tell the kernel what the player sees: at a change at once, else regularly while it plays. */
  private report(): void {
    const { player, playing } = this;
    if (!player || !playing) return;
    const { news, message } = report(player, playing.epoch);
    const now = performance.now();
    const due = message?.state === "playing" && this.reporting.due(now);
    if (!message || (news === this.reported && !due)) return;
    this.reported = news;
    this.reporting.said(now);
    this.send(message, () => this.reporting.heard());
  }

  /** After a session has ended and the widget has been idle for a while, its output may be redrawn. */
  private yieldOutput(): void {
    const { epoch } = this.session;
    const inUse = !isOver(this.session) || this.player?.active || this.views.inUse;
    if (inUse || this.yielded === epoch || !this.holder) {
      this.unusedSince = null;
      return;
    }
    const now = performance.now();
    this.unusedSince ??= now;
    if (now - this.unusedSince < UNUSED_MS) return;
    this.yielded = epoch;
    this.send({ kind: "yield", epoch });
  }

  private ask(request: Request, id?: string): void {
    this.problem = this.refused = null;
    this.asked = request;
    this.link.ask(request, id);
    this.change();
  }

  /** The kernel has answered; what ends a session takes effect later. */
  private answered(asked: Pending | null, problem: Problem | null): void {
    if (problem) {
      this.problem = problem;
      const text = asked?.request.kind === "speak" ? asked.request.text : null;
      this.refused = asked && text !== null ? { id: asked.id, text } : null;
    }
    const lasts = !problem && (this.awaiting === "stop" || this.awaiting === "finish");
    if (asked?.request === this.asked && !lasts) this.asked = null;
    this.change();
  }

  /** What such a request is for has happened. */
  private settle(kind: Request["kind"]): void {
    this.link.settle(kind);
    if (this.awaiting === kind) this.asked = null;
  }

  /** Say that this page is there, and whether the kernel need not send the player library. */
  private sayHello(player: boolean): void {
    this.greeted = true;
    this.send({ kind: "hello", player, page: describePage() });
  }

  send(said: Said, heard?: () => void): void {
    this.link.tell(said, heard);
  }

  /** Jupyter's widget manager says of a model whose kernel restarts that something changed; what, its views show. */
  private checkKernel(): void {
    setTimeout(() => {
      if (this.holder?.screen.closest(".jupyter-widgets-disconnected")) this.link.lose();
    });
  }

  /** Keep the last picture, and ask for nothing any more. */
  private lostKernel(): void {
    this.asked = null;
    const now = performance.now();
    this.meter.set({ ...this.session, elapsed: this.meter.elapsed(now), running: false }, now);
    this.player?.hush();
    this.change();
  }

  private change(): void {
    this.changes.dispatchEvent(new Event("change"));
  }

  // biome-ignore lint/suspicious/noExplicitAny: the types of a listener depend on its event
  private listen(event: string, handle: (...values: any[]) => void): void {
    this.model.on(event, handle);
    this.signal.addEventListener("abort", () => this.model.off(event, handle));
  }
}
