// The browser's side of one avatar: what all its views share. Reads the kernel's messages, asks
// for things, keeps the one player and says when something changed. Draws nothing.

import type { AnyModel } from "@anywidget/types";
import { Captions } from "./captions.ts";
import { deliver, order } from "./library.ts";
import { Meter } from "./meter.ts";
import { Player } from "./player.ts";
import {
  type BrowserMessage,
  type Problem,
  readKernelMessage,
  readSession,
  type SessionView,
  type SpeechMessage,
  type WordsMessage,
} from "./protocol.ts";
import { isLive, isOpening, isOver } from "./status.ts";

/** A view: a place where the picture can be. */
export interface View {
  readonly screen: Element;
}

const REPORT_EVERY_MS = 1000;
/** After this long without an answer the kernel is taken to be busy. */
const PATIENCE_MS = 2500;

export class Avatar {
  session: SessionView;
  captions: Captions;
  player: Player | null = null;
  /** What the user asked for last and could not have. */
  problem: Problem | null = null;
  /** The text handed over last. */
  speech: SpeechMessage | null = null;
  /** When the session began to open, as of `performance.now()`; null when it is not opening. */
  openingSince: number | null = null;
  readonly meter = new Meter();

  private readonly changes = new EventTarget();
  private views: View[] = [];
  private askedAt: number | null = null;
  private asked: BrowserMessage["kind"] | null = null;
  /** Epoch whose stream the player has been given. */
  private loaded = 0;
  /** Whether this page was there when the session began, and so plays it from its first word. */
  private sawItBegin = false;
  private reported = "";
  private reportedAt = 0;

  constructor(
    private readonly model: AnyModel,
    private readonly signal: AbortSignal,
  ) {
    this.session = readSession(model.get("session"));
    this.captions = new Captions(this.session.epoch);
    this.listen("change:session", () => this.follow(readSession(model.get("session"))));
    this.listen("msg:custom", (content: unknown, buffers?: DataView<ArrayBuffer>[]) =>
      this.receive(content, buffers ?? []),
    );
    this.follow(this.session);
    order((onItsWay) => this.send({ kind: "hello", player: onItsWay }), signal);
    const reporting = setInterval(() => this.report(), REPORT_EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(reporting));
  }

  /** Call `draw` at each change, until `signal`. */
  watch(draw: () => void, signal: AbortSignal): void {
    this.changes.addEventListener("change", draw, { signal });
  }

  /** The view that has the picture: the newest, or the one it was called to. */
  get holder(): View | undefined {
    return this.views.at(-1);
  }

  /** Show the picture in `view`; when that goes, the one before gets it back. */
  enter(view: View, signal: AbortSignal): void {
    this.bringTo(view);
    signal.addEventListener("abort", () => {
      this.views = this.views.filter((other) => other !== view);
      if (this.player?.video.parentElement === view.screen) this.player.video.remove();
      this.place();
      this.change();
    });
  }

  /** Move the picture to `view`. */
  bringTo(view: View): void {
    this.views = [...this.views.filter((other) => other !== view), view];
    this.place();
    this.change();
  }

  speak(text: string): void {
    if (text.trim() === "") return;
    this.allowSound();
    this.ask({ kind: "speak", text });
  }

  stop(): void {
    this.ask({ kind: "stop" });
  }

  /** What was asked for and not yet answered. */
  get awaiting(): BrowserMessage["kind"] | null {
    return this.askedAt === null ? null : this.asked;
  }

  /** Whether the kernel has left a request unanswered for long: it runs a cell, most likely. */
  kernelIsBusy(now: number): boolean {
    return this.askedAt !== null && now - this.askedAt > PATIENCE_MS;
  }

  dismissProblem(): void {
    this.problem = null;
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
        this.answered();
        break;
      case "problem":
        this.problem = message.problem;
        this.answered();
        break;
      case "player":
        this.takeLibrary(buffers[0]);
        break;
    }
  }

  private takeLibrary(bytes: DataView<ArrayBuffer> | undefined): void {
    if (!bytes) return;
    deliver(bytes).catch((error: unknown) => {
      const hint = `The page would not run the player: ${String(error)}`;
      this.problem = { title: "The player could not be loaded", hint, request_id: null };
      this.change();
    });
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
      this.problem = null;
      this.openingSince = null;
    }
    if (session.epoch > this.captions.epoch) this.captions = new Captions(session.epoch);
    this.openingSince = isOpening(session) ? (this.openingSince ?? now) : null;
    this.sawItBegin ||= isOpening(session);
    this.playStream(session);
    this.answered();
  }

  private playStream({ epoch, hls_url, status }: SessionView): void {
    if (status === "cancelled" && this.loaded === epoch) this.player?.hush();
    if (!hls_url) return;
    if (this.loaded === epoch) {
      this.player?.renew(hls_url);
      return;
    }
    // A short session may be over before it is seen to be streaming; its playlist can still be read.
    if (!isLive(this.session) && !(status === "completed" && this.sawItBegin)) return;
    this.loaded = epoch;
    this.player ??= this.makePlayer();
    this.player.load(hls_url, { fromStart: this.sawItBegin });
    this.place();
  }

  private makePlayer(): Player {
    const programme = {
      speakingAt: (time: number) => this.captions.speakingAt(time),
      heardFirst: (time: number) => this.captions.heardFirst(time),
      alive: () => !isOver(this.session),
    };
    return new Player(programme, () => this.playerChanged(), this.signal);
  }

  private playerChanged(): void {
    this.report();
    this.change();
  }

  /** The user acts: sound that only the browser kept off may be turned on. */
  private allowSound(): void {
    if (this.player?.soundBlocked) this.player.setMuted(false);
  }

  private place(): void {
    if (this.holder) this.player?.moveTo(this.holder.screen);
  }

  /** Tell the kernel what the player sees: at a change at once, else once a second while it plays. */
  private report(): void {
    const { player } = this;
    if (!player) return;
    const { state, muted, stalls, detail, position, latency } = player;
    const news = JSON.stringify([this.loaded, state, muted, stalls, detail]);
    const now = performance.now();
    const due = state === "playing" && now - this.reportedAt >= REPORT_EVERY_MS;
    if (news === this.reported && !due) return;
    this.reported = news;
    this.reportedAt = now;
    const epoch = this.loaded;
    this.send({ kind: "playback", epoch, state, position, latency, muted, stalls, detail });
  }

  private ask(message: BrowserMessage): void {
    this.problem = null;
    this.asked = message.kind;
    this.askedAt = performance.now();
    this.send(message);
    this.change();
  }

  private answered(): void {
    this.askedAt = null;
    this.change();
  }

  private send(message: BrowserMessage): void {
    if (!this.signal.aborted) this.model.send(message);
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
