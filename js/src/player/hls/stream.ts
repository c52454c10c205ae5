// One stream, opened by one hls.js behind a <video>: enters it at the right place, keeps the
// distance to the live edge, and tells what breaks. What to do then is decided elsewhere.

import type Hls from "hls.js";
import type { ErrorData, HlsConfig, LevelDetails } from "hls.js";
import { margin, RateController } from "./rate.ts";
import type { Fault } from "./recovery.ts";

export type HlsConstructor = typeof Hls;

/** Where a stream is to be had, and where to begin. */
export interface Source {
  url: string;
  /** From its first word; otherwise near its live edge. */
  fromStart: boolean;
  /** What fetches it, if not the browser. */
  loader?: HlsConfig["loader"];
}

/** What a stream tells as it comes. */
export interface Listener {
  /** Something broke. `reached` says whether the server could be asked at all. */
  broken(fault: Fault, detail: string, reached: boolean): void;
  /** A part could not be had, and is played across. */
  skipped(detail: string): void;
  /** It can never be played here. */
  unplayable(detail: string): void;
  /** Something arrived: the playlist first, then media. */
  arrived(what: "playlist" | "media"): void;
}

/** Retries for one kind of request: two at once, as a live stream does not wait; the rest is ours. */
const patient = (maxTimeToFirstByteMs: number) => ({
  default: {
    maxTimeToFirstByteMs,
    maxLoadTimeMs: 20_000,
    timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
    errorRetry: { maxNumRetry: 2, retryDelayMs: 150, maxRetryDelayMs: 300 },
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

/** A stream younger than this, in seconds, is played from its first word even if joined late. */
export const YOUNG = 10;
/** Seconds that a browser needs to have ahead to go on after a stall. */
const ENOUGH = 0.3;
/** Seconds without anything new after which a live stream counts as stalled, at least. */
const STANDSTILL = 4;

const LOST = new Set(["fragLoadError", "fragLoadTimeOut"]);
const UNPLAYABLE = new Set([
  "manifestIncompatibleCodecsError",
  "bufferAddCodecError",
  "bufferIncompatibleCodecsError",
]);

/** What is known of when the avatar speaks. */
export interface SpeechTimes {
  /** Whether someone speaks at `time` on the stream's clock; null if that cannot be known. */
  speakingAt(time: number): boolean | null;
  /** Whether the first utterance has been heard by `time`. */
  heardFirst(time: number): boolean;
}

export class Stream {
  /** What to add to the video's time to get the stream's. */
  offset = 0;

  private readonly url: string;
  private readonly hls: Hls;
  private opening: boolean;
  private rate = new RateController();
  /** Number of the last segment the playlist named, and when it came (seconds). */
  private newest = { number: -1, at: performance.now() / 1000 };
  /** Segments the server lacks. */
  private readonly missing = new Set<number>();
  private failedSegment = -1;
  /** When to wake the browser if it is still waiting, in seconds as of `performance.now()`. */
  private wakeAt = 0;

  constructor(
    private readonly Hls: HlsConstructor,
    private readonly video: HTMLVideoElement,
    source: Source,
    private readonly speech: SpeechTimes,
    private readonly listener: Listener,
  ) {
    const { url, fromStart, loader } = source;
    this.url = url;
    this.opening = fromStart;
    const startPosition = fromStart ? 0 : -1;
    const hls = new Hls({ ...SETTINGS, startPosition, ...(loader && { loader }) });
    this.hls = hls;
    this.listen(fromStart);
    hls.loadSource(url);
    hls.attachMedia(video);
  }

  /** Seconds on the stream's clock. */
  get position(): number {
    return this.video.currentTime + this.offset;
  }

  /** Seconds behind the live edge; null when there is none. */
  get latency(): number | null {
    return this.hls.latestLevelDetails?.live ? this.hls.latency : null;
  }

  /** Whether its first words have yet to be heard. */
  get stillOpening(): boolean {
    this.opening &&= this.position < YOUNG && !this.speech.heardFirst(this.position);
    return this.opening;
  }

  close(): void {
    this.hls.destroy();
  }

  /** Fetch no more. */
  halt(): void {
    this.hls.stopLoad();
  }

  /** Ask once more for what could not be had, or for what is new. */
  again(): void {
    const { hls } = this;
    this.newest.at = performance.now() / 1000;
    hls.stopLoad();
    if (hls.latestLevelDetails) hls.startLoad();
    else hls.loadSource(this.url);
  }

  /** Go on without the segment that could not be had. */
  skip(): void {
    this.missing.add(this.failedSegment);
    this.markMissing(this.hls.latestLevelDetails);
    this.again();
  }

  /** Restart the decoder. */
  restartDecoder(): void {
    this.hls.recoverMediaError();
  }

  /** Jump to the live edge if it is further away than catching up by rate would be worth. */
  toEdge(most = 1): void {
    const excess = this.ahead - margin(this.segment);
    if (excess > most && this.hls.latestLevelDetails?.live) this.video.currentTime += excess;
  }

  /** Playback ran dry. */
  stalled(): void {
    this.rate.stalled(performance.now() / 1000, this.segment);
  }

  /** Keep the distance to the live edge; to be called many times a second. */
  steer(playing: boolean): void {
    const { video } = this;
    const details = this.hls.latestLevelDetails;
    const time = performance.now() / 1000;
    if (video.seeking || !details) return;
    this.watchForStandstill(details, time);
    if (!playing) {
      this.wake(time);
      return;
    }
    if (!details.live) {
      video.playbackRate = 1;
      return;
    }
    const { rate, jump } = this.rate.advise({
      time,
      ahead: this.ahead,
      segment: this.segment,
      speaking: this.speech.speakingAt(this.position) ?? true,
      opening: this.stillOpening,
    });
    if (jump > 0) video.currentTime += jump;
    if (video.playbackRate !== rate) video.playbackRate = rate;
  }

  private listen(fromStart: boolean): void {
    const { hls, listener } = this;
    const { ERROR, FRAG_BUFFERED, INIT_PTS_FOUND, LEVEL_UPDATED } = this.Hls.Events;
    hls.on(ERROR, (_, data) => {
      if (data.fatal) this.tell(data);
      // hls.js (1.7) takes it for a gap by itself, unless it is the newest segment.
      else if (LOST.has(data.details) && data.frag?.gap) listener.skipped(data.details);
    });
    hls.on(FRAG_BUFFERED, () => listener.arrived("media"));
    hls.on(LEVEL_UPDATED, (_, { details }) => {
      if (details.endSN !== this.newest.number) {
        this.newest = { number: details.endSN, at: performance.now() / 1000 };
      }
      this.markMissing(details);
      listener.arrived("playlist");
    });
    hls.once(LEVEL_UPDATED, (_, { details }) => {
      if (!fromStart) this.join(details);
      // The times of a joined stream are its own; one heard from its start begins at 0 for us.
      if (details.startSN <= 1) return;
      hls.on(INIT_PTS_FOUND, (_, { initPTS, timescale }) => {
        this.offset = initPTS / timescale;
      });
    });
  }

  /** Choose where to enter a running stream: at its first word if that is recent, else near the edge. */
  private join(details: LevelDetails): void {
    const young = details.startSN <= 1 && details.totalduration < YOUNG;
    this.opening = young;
    const segment = lastDuration(details);
    // hls.js keeps this within the playlist, so a distance beyond its length means its start.
    this.hls.targetLatency = young ? 2 * YOUNG : margin(segment) + segment;
  }

  /** Say what broke, in our words. */
  private tell({ type, details, response, frag }: ErrorData): void {
    const { listener } = this;
    const status = response?.code ?? 0;
    if (UNPLAYABLE.has(details)) {
      listener.unplayable(details);
    } else if (type !== this.Hls.ErrorTypes.NETWORK_ERROR) {
      listener.broken("decoder", details, true);
    } else if (status < 400 || status >= 500) {
      listener.broken("network", details, status > 0);
    } else if (frag && (status === 404 || status === 410)) {
      this.failedSegment = Number(frag.sn);
      listener.broken("missing", details, true);
    } else {
      listener.broken("expired", details, true);
    }
  }

  /** Let hls.js take segments that the server lacks for gaps, which it plays across. */
  private markMissing(details: LevelDetails | null): void {
    for (const segment of details?.fragments ?? []) {
      if (!this.missing.has(Number(segment.sn))) continue;
      // hls.js (1.7) believes in a gap only if it stands in the playlist, which is reloaded.
      segment.gap = true;
      if (!segment.tagList.some(([tag]) => tag === "GAP")) segment.tagList.push(["GAP"]);
    }
  }

  private watchForStandstill({ live, targetduration }: LevelDetails, time: number): void {
    const most = Math.max(STANDSTILL, 3 * targetduration);
    if (!live || time - this.newest.at < most) return;
    this.newest.at = time;
    this.listener.broken("stalled", "the playlist has no new segments", true);
  }

  /**
   * Make the browser go on with what has arrived. After each stall Chromium (156) waits for twice
   * as much as after the one before, up to three seconds; a seek, however short, makes it forget.
   */
  private wake(time: number): void {
    const { video } = this;
    if (this.ahead < Math.max(ENOUGH, margin(this.segment))) {
      this.wakeAt = time + 0.15;
    } else if (time >= this.wakeAt && !video.paused) {
      this.wakeAt = time + 1;
      video.currentTime += 0.001;
    }
  }

  /** Seconds buffered ahead of what is being shown. */
  private get ahead(): number {
    const { buffered, currentTime } = this.video;
    return buffered.length > 0 ? buffered.end(buffered.length - 1) - currentTime : 0;
  }

  private get segment(): number {
    const details = this.hls.latestLevelDetails;
    return details ? lastDuration(details) : 1;
  }
}

function lastDuration(details: LevelDetails): number {
  return details.fragments.at(-1)?.duration || details.targetduration || 1;
}
