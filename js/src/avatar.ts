// The browser's side of one avatar: what all its views share. Reads the kernel's messages, asks
// for things, keeps the one player and says when something changed. Draws nothing.

import type { AnyModel } from "@anywidget/types";
import { Captions } from "./captions.ts";
import { Desk } from "./desk.ts";
import type { KernelStream } from "./kernel_loader.ts";
import { deliver, type Library, library, order } from "./library.ts";
import { Meter } from "./meter.ts";
import { Pace } from "./pace.ts";
import type { Player } from "./player.ts";
import type { Programme } from "./programme.ts";
import {
  type BrowserMessage,
  type MediaMessage,
  type Problem,
  readKernelMessage,
  readSession,
  type SessionView,
  type SpeechMessage,
  type WordsMessage,
} from "./protocol.ts";
import { report } from "./report.ts";
import { Speeches } from "./speeches.ts";
import { isLive, isOpening, isOver } from "./status.ts";
import { describePage } from "./surroundings.ts";
import { type View, Views } from "./views.ts";

export type { View } from "./views.ts";

const REPORT_EVERY_MS = 1000;
/** After this long without an answer the kernel is taken to be busy. */
const PATIENCE_MS = 2500;
/** So long after its last use it is unlikely that somebody is about to type into the widget. */
const UNUSED_MS = 4000;
/** Messages with media, and their bytes, that are kept until there is a player for them. */
const MOST_EARLY = 100;
const MOST_EARLY_BYTES = 32 * 1024 * 1024;

export class Avatar {
  session: SessionView;
  captions: Captions;
  player: Player | null = null;
  /** What the user asked for last and could not have. */
  problem: Problem | null = null;
  /** The text that was refused with `problem`, for it to be sent again. */
  refused: string | null = null;
  /** The text handed over last. */
  speech: SpeechMessage | null = null;
  /** When the session began to open, as of `performance.now()`; null when it is not opening. */
  openingSince: number | null = null;
  /** Whether the kernel was restarted, shut down or died: nobody answers any more. */
  kernelGone = false;
  readonly meter = new Meter();
  readonly speeches = new Speeches();
  readonly desk = new Desk();

  private readonly changes = new EventTarget();
  private readonly views: Views;
  /** The page's player library, once it is there. */
  private library: Library | null = null;
  private relayed: KernelStream | null = null;
  private early: [MediaMessage, DataView<ArrayBuffer>[]][] = [];
  /** What was asked for and is not there yet. */
  private asked: BrowserMessage | null = null;
  /** When, as of `performance.now()`; null once the kernel has heard it. */
  private askedAt: number | null = null;
  /** Epoch whose stream the player has been given. */
  private loaded = 0;
  /** Whether this page was there when the session began, and so plays it from its first word. */
  private sawItBegin = false;
  /** Epoch after which the kernel was told that it may draw the output anew. */
  private yielded = 0;
  /** Since when nobody uses the widget, as of `performance.now()`; null while somebody does. */
  private unusedSince: number | null = null;
  private reported = "";
  private readonly reporting = new Pace(REPORT_EVERY_MS);

  constructor(
    private readonly model: AnyModel,
    private readonly signal: AbortSignal,
  ) {
    this.session = readSession(model.get("session"));
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
    library().then((found) => this.takeUp(found));
    order((onItsWay) => this.sayHello(onItsWay), signal);
    const reporting = setInterval(() => {
      this.report();
      this.yieldOutput();
    }, REPORT_EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(reporting));
  }

  /** Call `draw` at each change, until `signal`. */
  watch(draw: () => void, signal: AbortSignal): void {
    this.changes.addEventListener("change", draw, { signal });
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

  /** Take no more text; what was said is still spoken. */
  finish(): void {
    this.ask({ kind: "finish" });
  }

  stop(): void {
    this.ask({ kind: "stop" });
  }

  /** What was asked for and is not there yet. */
  get awaiting(): BrowserMessage["kind"] | null {
    return this.asked?.kind ?? null;
  }

  /** Whether the kernel has left a request unanswered for long: it runs a cell, most likely. */
  kernelIsBusy(now: number): boolean {
    return this.askedAt !== null && now - this.askedAt > PATIENCE_MS;
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
        this.speech = message;
        this.speeches.tell(message);
        this.change();
        break;
      case "problem":
        this.problem = message.problem;
        this.refused = this.asked?.kind === "speak" ? this.asked.text : null;
        this.answered();
        break;
      case "heard":
        this.heard(message.what);
        break;
      case "player":
        this.takeLibrary(buffers[0]);
        break;
      case "media":
        this.takeMedia(message, buffers);
        break;
    }
  }

  private takeLibrary(bytes: DataView<ArrayBuffer> | undefined): void {
    if (!bytes) return;
    deliver(bytes).catch((error: unknown) => {
      const hint = `The page would not run the player: ${String(error)}`;
      this.complain("The player could not be loaded", hint);
    });
  }

  /** The player is there: play what has been waiting for it. */
  private takeUp(found: Library): void {
    if (this.signal.aborted) return;
    this.library = found;
    for (const [message, buffers] of this.early.splice(0)) this.takeMedia(message, buffers);
    this.playStream(this.session);
    this.change();
  }

  private takeMedia(message: MediaMessage, buffers: DataView<ArrayBuffer>[]): void {
    if (message.epoch !== this.session.epoch) return;
    if (!this.library) {
      this.early.push([message, buffers]);
      this.forgetEarly();
      return;
    }
    this.relay(this.library).receive(message, buffers);
    // The kernel pushed unasked, not knowing that this page can do without.
    if (this.player?.transport === "direct" && this.player.started) this.relayed?.decline();
  }

  /** Of the messages that there is no player for yet, keep the newest. */
  private forgetEarly(): void {
    let bytes = 0;
    const kept = this.early.findLastIndex(([, buffers], index) => {
      for (const { byteLength } of buffers) bytes += byteLength;
      return bytes > MOST_EARLY_BYTES || index < this.early.length - MOST_EARLY;
    });
    this.early.splice(0, kept + 1);
  }

  /** The session's stream by way of the kernel. */
  private relay({ KernelStream }: Library): KernelStream {
    const { epoch } = this.session;
    if (this.relayed?.epoch === epoch) return this.relayed;
    this.relayed?.decline();
    this.relayed = new KernelStream(epoch, (message) => this.send(message), this.signal);
    return this.relayed;
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
    this.playStream(session);
    const ending = session.epoch !== before.epoch || isOver(session);
    if (this.awaiting === "stop" && ending) this.answered();
    if (this.awaiting === "finish" && (ending || session.status === "draining")) this.answered();
    this.change();
  }

  private playStream({ epoch, hls_url, status, transport }: SessionView): void {
    if (status === "cancelled" && this.loaded === epoch) this.player?.hush();
    if (!hls_url) return;
    if (this.loaded === epoch) {
      this.player?.renew(hls_url);
      return;
    }
    // A short session may be over before it is seen to be streaming; its playlist can still be read.
    if (!isLive(this.session) && !(status === "completed" && this.sawItBegin)) return;
    if (!this.library) return;
    this.loaded = epoch;
    this.player ??= this.makePlayer(this.library);
    this.player.load({ url: hls_url, fromStart: this.sawItBegin, transport });
    this.views.show(this.player.video);
  }

  private makePlayer(found: Library): Player {
    const programme: Programme = {
      speakingAt: (time) => this.captions.speakingAt(time),
      heardFirst: (time) => this.captions.heardFirst(time),
      alive: () => !isOver(this.session) && !this.kernelGone,
      relayed: () => this.relay(found),
      declineRelayed: () => this.relayed?.decline(),
      refresh: () => this.send({ kind: "refresh", epoch: this.loaded }),
      recovered: ({ fault, seconds }) => {
        const position = this.player?.position ?? 0;
        this.send({ kind: "recovered", epoch: this.loaded, fault, seconds, position });
      },
    };
    return new found.Player(found.default, programme, () => this.playerChanged(), this.signal);
  }

  private playerChanged(): void {
    this.report();
    this.change();
  }

  /** The user acts: sound that only the browser kept off may be turned on. */
  private allowSound(): void {
    if (this.player?.soundBlocked) this.player.setMuted(false);
  }

  /** Tell the kernel what the player sees: at a change at once, else regularly while it plays. */
  private report(): void {
    const { player } = this;
    if (!player) return;
    const { news, message } = report(player, this.loaded);
    const now = performance.now();
    const due = message?.state === "playing" && this.reporting.due(now);
    if (!message || (news === this.reported && !due)) return;
    this.reported = news;
    this.reporting.said(now);
    this.send(message);
  }

  /** When a session is over and nobody has used the widget for a while, its output may be drawn anew. */
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

  private ask(message: BrowserMessage): void {
    this.problem = this.refused = null;
    this.asked = message;
    this.askedAt = performance.now();
    this.send(message);
    this.change();
  }

  /** The kernel has heard a message of this kind; what ends a session takes effect later. */
  private heard(kind: string): void {
    if (kind === "playback") this.reporting.heard();
    if (kind === "relay") this.relayed?.heard();
    if (kind === "playback" || kind === "relay") return;
    if (kind === "speak") this.refused = null;
    if (kind === this.awaiting) {
      this.askedAt = null;
      if (kind !== "stop" && kind !== "finish") this.asked = null;
    }
    this.change();
  }

  private answered(): void {
    this.asked = this.askedAt = null;
    this.change();
  }

  /** Say that this page is there, and whether the kernel need not send the player library. */
  private sayHello(player: boolean): void {
    this.send({ kind: "hello", player, page: describePage() });
  }

  private send(message: BrowserMessage): void {
    if (this.signal.aborted || this.kernelGone) return;
    try {
      this.model.send(message);
    } catch {
      // So hosts say that the other end of the comm is gone (JupyterLab 4, after a kernel's death).
      this.loseKernel();
    }
  }

  /** Jupyter's widget manager says of a model whose kernel restarts that something changed; what, its views show. */
  private checkKernel(): void {
    setTimeout(() => {
      if (this.holder?.screen.closest(".jupyter-widgets-disconnected")) this.loseKernel();
    });
  }

  /** Keep the last picture, and ask for nothing any more. */
  private loseKernel(): void {
    if (this.kernelGone) return;
    this.kernelGone = true;
    this.asked = this.askedAt = null;
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
