// One <video> and, for each stream, one hls.js behind it. Plays as close to the live edge as is
// safe, recovers by itself and says what it is doing. Knows nothing of sessions, views and kernel.

import type Hls from "hls.js";
import type { ErrorData, HlsConfig, LevelDetails } from "hls.js";
import { type HlsConstructor, library } from "./library.ts";
import type { PlaybackState } from "./protocol.ts";
import { margin, RateController } from "./rate.ts";

/** What the player has to ask about the session it plays. Times are on the stream's clock. */
export interface Programme {
  /** Whether someone speaks at `time`; null if that cannot be known. */
  speakingAt(time: number): boolean | null;
  /** Whether the first utterance has been heard by `time`. */
  heardFirst(time: number): boolean;
  /** Whether the stream may come back after a fault. */
  alive(): boolean;
}

/** Retries for one kind of request: soon at first, since a live stream does not wait. */
const patient = (maxTimeToFirstByteMs: number) => ({
  default: {
    maxTimeToFirstByteMs,
    maxLoadTimeMs: 20_000,
    timeoutRetry: { maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: {
      maxNumRetry: 6,
      retryDelayMs: 250,
      maxRetryDelayMs: 2000,
      backoff: "exponential" as const,
    },
  },
});

const SETTINGS: Partial<HlsConfig> = {
  lowLatencyMode: true,
  // Our own controller sets the rate (rate.ts); hls.js is to keep its hands off.
  maxLiveSyncPlaybackRate: 1,
  liveSyncOnStallIncrease: 0.1,
  liveDurationInfinity: true,
  maxBufferHole: 0.3,
  highBufferWatchdogPeriod: 0.5,
  backBufferLength: 10,
  enableWorker: false,
  testBandwidth: false,
  manifestLoadPolicy: patient(8000),
  playlistLoadPolicy: patient(8000),
  fragLoadPolicy: patient(4000),
};

const STEER_EVERY_MS = 50;
/** A stream younger than this, in seconds, is played from its first word even if joined late. */
const YOUNG = 10;
/** Seconds that a browser needs to have ahead to go on after a stall. */
const ENOUGH = 0.3;
const MAX_RECOVERIES = 3;
const UNPLAYABLE = new Set([
  "manifestIncompatibleCodecsError",
  "bufferAddCodecError",
  "bufferIncompatibleCodecsError",
]);

export class Player {
  readonly video = document.createElement("video");
  state: PlaybackState = "loading";
  /** Whether the current stream has shown a picture. */
  started = false;
  /** Times it ran dry in the current stream. */
  stalls = 0;
  /** Last trouble, in hls.js's or the browser's words. */
  detail = "";
  /** Whether the browser refused sound until the user asks for it. */
  soundBlocked = false;

  private url = "";
  private hls: Hls | null = null;
  private take = new AbortController();
  private wanted = false;
  private opening = false;
  /** What to add to the video's time to get the stream's. */
  private offset = 0;
  private retries = 0;
  private recoveries = 0;
  private rate = new RateController();
  /** When to wake the browser if it is still waiting, in seconds as of `performance.now()`. */
  private wakeAt = 0;

  /** `changed` is called whenever anything public has changed. All ends with `signal`. */
  constructor(
    private readonly programme: Programme,
    private readonly changed: () => void,
    signal: AbortSignal,
  ) {
    this.video.playsInline = true;
    this.video.disablePictureInPicture = true;
    this.video.setAttribute("aria-label", "Avatar");
    this.listen(signal);
    signal.addEventListener("abort", () => this.release());
  }

  /** Seconds on the stream's clock. */
  get position(): number {
    return this.video.currentTime + this.offset;
  }

  /** Seconds behind the live edge; null when there is none. */
  get latency(): number | null {
    return this.hls?.latestLevelDetails?.live && this.started ? this.hls.latency : null;
  }

  get muted(): boolean {
    return this.video.muted;
  }

  /** Play another stream: from its beginning, or joining it near its live edge. */
  load(url: string, { fromStart }: { fromStart: boolean }): void {
    this.release();
    this.url = url;
    this.started = false;
    this.opening = fromStart;
    this.stalls = this.offset = this.retries = this.recoveries = 0;
    const { signal } = this.take;
    this.become("loading");
    library().then(
      (Hls) => signal.aborted || this.open(Hls, fromStart, signal),
      (error: unknown) => signal.aborted || this.fail(String(error)),
    );
  }

  /** Take note of a fresh address of the same stream, for when it must be asked for again. */
  renew(url: string): void {
    this.url = url;
  }

  /** Stop at once and keep the last picture. */
  hush(): void {
    this.wanted = false;
    this.hls?.stopLoad();
    this.video.pause();
    this.become("ended");
  }

  /** Show the picture in `screen` and go on playing there. */
  moveTo(screen: Element): void {
    if (this.video.parentElement !== screen) screen.prepend(this.video);
    // A media element that leaves the document is paused by the browser.
    if (this.wanted) this.play();
  }

  /** Play, with sound if the browser lets us, muted if not. */
  play(): void {
    this.wanted = true;
    this.video.play().catch((error: unknown) => {
      // An AbortError says that a newer load or move took over.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (this.video.muted) {
        this.become("blocked", error.message);
      } else {
        this.video.muted = true;
        this.soundBlocked = true;
        this.play();
      }
    });
  }

  /** Turn sound on or off. To be called on the user's own action, which lifts the browser's block. */
  setMuted(muted: boolean): void {
    this.video.muted = muted;
    this.soundBlocked = false;
    if (this.wanted) this.play();
    this.changed();
  }

  private listen(signal: AbortSignal): void {
    const { video } = this;
    const on = (event: string, handle: () => void) =>
      video.addEventListener(event, handle, { signal });
    on("playing", () => {
      this.started = true;
      this.become("playing");
    });
    on("waiting", () => {
      if (this.state !== "playing" || video.seeking) return;
      this.stalls += 1;
      this.rate.stalled(performance.now() / 1000, this.segment());
      this.become("waiting");
    });
    on("pause", () => {
      if (!this.wanted || !video.paused || video.ended || this.state === "loading") return;
      // Not by us: without a view nothing is played; else it was a media key, say, so offer to go on.
      if (video.isConnected) this.become("blocked", "paused");
      else this.become("waiting", "not shown");
    });
    on("ended", () => {
      this.wanted = false;
      this.become("ended");
    });
    on("volumechange", () => this.changed());
    on("error", () => {
      if (!this.hls) this.fail(video.error?.message ?? "");
    });
  }

  private open(Hls: HlsConstructor, fromStart: boolean, signal: AbortSignal): void {
    if (!Hls.isSupported()) {
      this.video.src = this.url;
      this.play();
      return;
    }
    const hls = new Hls({ ...SETTINGS, startPosition: fromStart ? 0 : -1 });
    this.hls = hls;
    this.rate = new RateController();
    const { ERROR, FRAG_BUFFERED, INIT_PTS_FOUND, LEVEL_UPDATED } = Hls.Events;
    hls.on(ERROR, (_, data) => data.fatal && this.recover(Hls, hls, data));
    hls.on(FRAG_BUFFERED, () => {
      this.retries = 0;
    });
    hls.once(LEVEL_UPDATED, (_, { details }) => {
      if (!fromStart) this.join(hls, details);
      // The times of a joined stream are its own; one heard from its start begins at 0 for us.
      if (details.startSN <= 1) return;
      hls.on(INIT_PTS_FOUND, (_, { initPTS, timescale }) => {
        this.offset = initPTS / timescale;
      });
    });
    const steering = setInterval(() => this.steer(hls), STEER_EVERY_MS);
    signal.addEventListener("abort", () => {
      clearInterval(steering);
      hls.destroy();
      this.hls = null;
    });
    hls.loadSource(this.url);
    hls.attachMedia(this.video);
    this.play();
  }

  /** Choose where to enter a running stream: at its first word if that is recent, else near the edge. */
  private join(hls: Hls, details: LevelDetails): void {
    const young = details.startSN <= 1 && details.totalduration < YOUNG;
    this.opening = young;
    const segment = lastDuration(details);
    // hls.js keeps this within the playlist, so a distance beyond its length means its start.
    hls.targetLatency = young ? 2 * YOUNG : margin(segment) + segment;
  }

  /** Keep the distance to the live edge. */
  private steer(hls: Hls): void {
    const { video } = this;
    const details = hls.latestLevelDetails;
    if (video.seeking || !details) return;
    const time = performance.now() / 1000;
    const ahead = bufferedEnd(video) - video.currentTime;
    if (this.state === "waiting") this.wake(time, ahead);
    if (this.state !== "playing") return;
    if (!details.live) {
      video.playbackRate = 1;
      return;
    }
    const { rate, jump } = this.rate.advise({
      time,
      ahead,
      segment: this.segment(),
      speaking: this.programme.speakingAt(this.position) ?? true,
      opening: this.stillOpening(),
    });
    if (jump > 0) video.currentTime += jump;
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  /**
   * Make the browser go on with what has arrived. After each stall Chromium (156) waits for twice
   * as much as after the one before, up to three seconds; a seek, however short, makes it forget.
   */
  private wake(time: number, ahead: number): void {
    if (ahead < Math.max(ENOUGH, margin(this.segment()))) {
      this.wakeAt = time + 0.15;
    } else if (time >= this.wakeAt && !this.video.paused) {
      this.wakeAt = time + 1;
      this.video.currentTime += 0.001;
    }
  }

  private stillOpening(): boolean {
    this.opening &&= this.position < YOUNG && !this.programme.heardFirst(this.position);
    return this.opening;
  }

  private segment(): number {
    const details = this.hls?.latestLevelDetails;
    return details ? lastDuration(details) : 1;
  }

  private recover(Hls: HlsConstructor, hls: Hls, { type, details }: ErrorData): void {
    this.detail = details;
    if (UNPLAYABLE.has(details)) {
      this.fail(details);
    } else if (type === Hls.ErrorTypes.MEDIA_ERROR && this.recoveries < MAX_RECOVERIES) {
      this.recoveries += 1;
      hls.recoverMediaError();
      this.play();
    } else if (type === Hls.ErrorTypes.NETWORK_ERROR && this.programme.alive()) {
      this.askAgain(hls, details);
    } else {
      this.fail(details);
    }
  }

  /** Ask for the stream again: after half a second, then less and less often. */
  private askAgain(hls: Hls, details: string): void {
    const delay = Math.min(5000, 500 * 2 ** this.retries);
    this.retries += 1;
    if (this.started) this.become("waiting", details);
    const timer = setTimeout(() => {
      const sameAddress = hls.url === this.url && !details.startsWith("manifest");
      if (sameAddress) hls.startLoad();
      else hls.loadSource(this.url);
    }, delay);
    this.take.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  private fail(detail: string): void {
    this.wanted = false;
    this.become("failed", detail);
  }

  private become(state: PlaybackState, detail = ""): void {
    this.state = state;
    this.detail = detail.slice(0, 500);
    this.changed();
  }

  /** Let go of the current stream. */
  private release(): void {
    this.take.abort();
    this.take = new AbortController();
    this.wanted = false;
    this.video.removeAttribute("src");
    this.video.load();
  }
}

function bufferedEnd({ buffered, currentTime }: HTMLVideoElement): number {
  return buffered.length > 0 ? buffered.end(buffered.length - 1) : currentTime;
}

function lastDuration(details: LevelDetails): number {
  return details.fragments.at(-1)?.duration || details.targetduration || 1;
}
