// The <video>, and for each session the stream behind it. Says what it is doing, repairs what breaks
// and finds the way the stream can come. Knows nothing of views and little of the kernel.

import type { HlsConfig } from "hls.js";
import { VideoPlayer } from "../../model/video_player.ts";
import { lackingCodec } from "../../page/codecs.ts";
import { hostOfPage } from "../../page/page_info.ts";
import type { PlaybackState, Transport } from "../../protocol.ts";
import { type Fault, type Recovered, Recovery, type Remedy } from "./recovery.ts";
import { chooseRoute, DIRECT_DEADLINE_MS, noteUnreachable, type Route } from "./route.ts";
import { type HlsConstructor, type Source, type SpeechTimes, Stream } from "./stream.ts";

const STEER_EVERY_MS = 50;
/** So long the browser may take to show the last frame as an image. */
const FREEZING_MS = 1000;
const SWITCHING = "This page cannot reach the stream, asking the kernel for it…";

/** The stream as the kernel hands it on; see `kernel_loader.ts`. */
export interface Relayed {
  readonly url: string;
  readonly loader: HlsConfig["loader"];
  /** Why the kernel can never hand it on, in words; null while it may. */
  readonly refusal: string | null;
  /** Have the kernel push it, again if it gave up. */
  want(): void;
  /** Have it push no more. */
  decline(): void;
}

/** What the player has to ask about the session it plays, and whom to tell what happens to it. */
export interface PlaybackContext extends SpeechTimes {
  /** Whether the stream may come back after a fault. */
  alive(): boolean;
  /** The same stream by way of the kernel. */
  relayed(): Relayed;
  /** It is not needed that way. */
  declineRelayed(): void;
  /** Have the server asked for a fresh address; `renew` tells what it is. */
  refresh(): void;
  /** Playback came back. */
  recovered(what: Recovered): void;
}

export interface Showing {
  url: string;
  /** From its first word; otherwise near its live edge. */
  fromStart: boolean;
  transport: Transport;
}

export class Player extends VideoPlayer {
  readonly connection = null;

  private now: PlaybackState = "loading";
  private showing: Showing = { url: "", fromStart: false, transport: "auto" };
  private route: Route | null = null;
  private switching = false;
  private stream: Stream | null = null;
  /** The stream by way of the kernel, where it comes that way. */
  private relayed: Relayed | null = null;
  private recovery = new Recovery();
  /** Whether something arrived after the last fault. */
  private repaired = true;
  private mending: ReturnType<typeof setTimeout> | undefined;
  private currentLoad = new AbortController();
  private wanted = false;
  private resting = false;
  /** Where it ended, on the stream's clock; null while it has not. */
  private endedAt: number | null = null;

  /** `changed` is called whenever anything public has changed. All ends with `signal`. */
  constructor(
    private readonly Hls: HlsConstructor,
    private readonly context: PlaybackContext,
    changed: () => void,
    signal: AbortSignal,
  ) {
    super(changed, signal);
    this.listen(signal);
    signal.addEventListener("abort", () => this.release());
  }

  get state(): PlaybackState {
    const held = this.now === "waiting" || this.now === "loading";
    return held && this.recovering ? "recovering" : this.now;
  }

  get recovering(): string {
    return this.switching ? SWITCHING : this.recovery.words;
  }

  get recoveries(): number {
    return this.recovery.count;
  }

  /** Seconds on the stream's clock. */
  get position(): number {
    return this.endedAt ?? this.stream?.position ?? this.video.currentTime;
  }

  get latency(): number | null {
    return this.started ? (this.stream?.latency ?? null) : null;
  }

  get transport(): Route["transport"] | null {
    return this.route?.transport ?? null;
  }

  get transportReason(): string {
    return this.route?.reason ?? "";
  }

  /** Play another stream. */
  load(showing: Showing): void {
    this.release();
    this.showing = showing;
    this.started = this.switching = false;
    this.stalls = 0;
    this.unsupported = "";
    this.recovery = new Recovery();
    this.route = chooseRoute(showing.transport, showing.url, location.href);
    this.become("loading");
    this.open(showing.fromStart);
  }

  /** Take note of a fresh address of the same stream, for when it must be asked for again. */
  renew(url: string): void {
    if (url === this.showing.url) return;
    this.showing = { ...this.showing, url };
    if (this.stream && this.recovery.words && this.transport === "direct") this.reopen();
  }

  retry(): void {
    this.load({ ...this.showing, fromStart: false });
  }

  hush(): void {
    this.video.pause();
    this.end("ended");
  }

  /** Play, with sound if the browser lets us, muted if not; after a pause, at the live edge. */
  play(): void {
    if (this.video.paused && this.started) this.stream?.toEdge();
    this.wanted = true;
    this.start((why) => this.become("blocked", why));
  }

  pause(): void {
    this.wanted = false;
    this.video.pause();
    this.become("paused");
  }

  moved(): void {
    if (this.resting) {
      this.relayed?.want();
      this.stream?.again();
    }
    this.resting = false;
    if (this.wanted && this.video.paused) this.play();
  }

  rest(): void {
    this.resting = true;
    this.stream?.halt();
    this.relayed?.decline();
  }

  private listen(signal: AbortSignal): void {
    const { video } = this;
    const on = (event: string, handle: () => void) =>
      video.addEventListener(event, handle, { signal });
    on("playing", () => {
      this.started = true;
      this.become("playing");
      this.mend();
    });
    on("waiting", () => {
      if (this.now !== "playing" || video.seeking) return;
      this.stalls += 1;
      this.stream?.stalled();
      this.become("waiting");
    });
    on("pause", () => {
      if (!this.wanted || !video.paused || video.ended || this.now === "loading") return;
      // Not by us: without a view nothing is played; else it was a media key, say.
      if (!video.isConnected) this.become("waiting", "not shown");
      else this.become("paused");
    });
    on("emptied", () => this.emptied());
    on("loadedmetadata", () => this.wanted && video.paused && this.play());
    on("ended", () => this.end("ended"));
    on("error", () => {
      const { error } = video;
      if (error && this.stream) this.broken("decoder", error.message);
      else if (error) this.fail(error.message);
    });
    const back = () => {
      if (document.visibilityState === "visible" && this.wanted) this.stream?.toEdge();
    };
    document.addEventListener("visibilitychange", back, { signal });
    // The network is back: no need to wait any longer.
    const again = () => this.recovery.words && this.act("again", 0);
    window.addEventListener("online", again, { signal });
  }

  private source(fromStart: boolean): Source {
    this.relayed = this.transport === "direct" ? null : this.context.relayed();
    const { relayed } = this;
    if (!relayed) return { url: this.showing.url, fromStart };
    relayed.want();
    return { url: relayed.url, fromStart, loader: relayed.loader };
  }

  /** Open the stream the way that was chosen. */
  private open(fromStart: boolean): void {
    const { Hls } = this;
    const { signal } = this.currentLoad;
    const lacking = lackingCodec();
    if (lacking) {
      const where = hostOfPage() === "VS Code" ? "VS Code's own window" : "This browser";
      this.refuse(`${where} cannot decode the stream's ${lacking}.`);
      return;
    }
    const source = this.source(fromStart);
    if (!Hls.isSupported()) {
      this.video.src = source.url;
      this.play();
      return;
    }
    const late = setTimeout(() => this.giveUpDirect("it did not respond"), DIRECT_DEADLINE_MS);
    const stream = new Stream(Hls, this.video, source, this.context, {
      broken: (fault, detail, reached) => {
        if (reached || !this.giveUpDirect("it could not be fetched")) this.broken(fault, detail);
      },
      skipped: (detail) => {
        this.repaired = false;
        this.detail = detail;
        this.recovery.next("missing", performance.now());
        this.changed();
      },
      unplayable: (detail) => {
        this.detail = detail;
        this.refuse("This browser cannot decode the stream.");
      },
      arrived: (what) => {
        clearTimeout(late);
        if (what === "media") this.flows();
      },
    });
    this.stream = stream;
    const steering = setInterval(() => this.steer(stream), STEER_EVERY_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(late);
      clearInterval(steering);
      stream.close();
      this.stream = null;
    });
    this.play();
  }

  /** Media arrives, by the way that was chosen. */
  private flows(): void {
    this.repaired = true;
    this.switching = false;
    if (this.transport === "direct") this.context.declineRelayed();
    if (this.now === "playing") this.mend();
  }

  private steer(stream: Stream): void {
    if (this.resting || !(this.now === "playing" || this.now === "waiting")) return;
    stream.steer(this.now === "playing");
  }

  /** Go over to the kernel if the stream was never had directly; false if that cannot be done. */
  private giveUpDirect(why: string): boolean {
    const { transport, url } = this.showing;
    const undecided = transport === "auto" && this.transport === "direct" && !this.started;
    if (!undecided || !this.context.alive()) return false;
    noteUnreachable(url, why);
    this.route = { transport: "kernel", reason: why };
    this.switching = true;
    this.renewLoad();
    this.changed();
    this.open(this.showing.fromStart);
    return true;
  }

  /** The decoder was restarted, by us or by hls.js itself. */
  private emptied(): void {
    if (!this.stream || !(this.now === "playing" || this.now === "waiting")) return;
    this.repaired = false;
    if (!this.recovery.words) this.recovery.next("decoder", performance.now());
    this.become("waiting", "the decoder was restarted");
  }

  /** See to it that playback comes back. */
  private broken(fault: Fault, detail: string): void {
    if (this.endedAt !== null) return;
    this.detail = detail;
    const refusal = this.relayed?.refusal ?? null;
    if (refusal !== null || !this.context.alive()) {
      this.fail(refusal ?? detail);
      return;
    }
    this.repaired = false;
    const { remedy, after } = this.recovery.next(fault, performance.now());
    this.act(remedy, after);
    this.changed();
  }

  private act(remedy: Remedy, after: number): void {
    clearTimeout(this.mending);
    if (remedy === "refresh") this.context.refresh();
    this.mending = setTimeout(() => {
      const { stream } = this;
      if (remedy === "again" || remedy === "refresh") {
        this.relayed?.want();
        stream?.again();
      } else if (remedy === "skip") stream?.skip();
      else if (remedy === "decoder") stream?.restartDecoder();
      else if (remedy === "reopen") this.reopen();
      else if (remedy === "give up") this.fail(this.detail);
      if (this.wanted) this.play();
    }, after);
  }

  /** Reopen the stream at its current position, keeping the last picture until it loads. */
  private reopen(): void {
    const fromStart = this.showing.fromStart && (this.stream?.stillOpening ?? true);
    this.keepFrame();
    this.renewLoad();
    if (this.now === "playing") this.now = "waiting";
    this.open(fromStart);
  }

  /** Playback goes on: if something was broken, it no longer is. */
  private mend(): void {
    if (!this.repaired) return;
    const recovered = this.recovery.healed(performance.now());
    if (!recovered) return;
    this.context.recovered(recovered);
    this.changed();
  }

  private refuse(why: string): void {
    this.unsupported = why;
    this.end("unsupported", this.detail || why);
  }

  private fail(detail: string): void {
    this.end("failed", detail);
  }

  /** Play no more, keep the last picture and let go of all that brought it. */
  private end(state: "ended" | "failed" | "unsupported", detail = ""): void {
    this.wanted = false;
    clearTimeout(this.mending);
    if (this.endedAt === null && this.stream) {
      const { signal } = this.currentLoad;
      this.endedAt = this.position;
      this.stream.halt();
      this.keepFrame();
      const letGo = setTimeout(() => this.renewLoad(), FREEZING_MS);
      signal.addEventListener("abort", () => clearTimeout(letGo));
    }
    this.relayed?.decline();
    this.relayed = null;
    this.become(state, detail);
  }

  private become(state: PlaybackState, detail = ""): void {
    this.now = state;
    this.detail = detail.slice(0, 500);
    this.changed();
  }

  /** Let go of what is being played. */
  private renewLoad(): void {
    clearTimeout(this.mending);
    this.currentLoad.abort();
    this.currentLoad = new AbortController();
  }

  /** Let go of the current stream. */
  private release(): void {
    this.renewLoad();
    this.wanted = false;
    this.endedAt = null;
    this.clear();
  }
}
