// One <video> for picture and sound that come live, behind the same interface as the player of
// streams. Says what it is doing; knows nothing of rooms, sessions and views.

import type { AvatarEvent } from "./avatar_events.ts";
import type { Audience, Join, Quality } from "./live.ts";
import type { PlaybackState, Problem } from "./protocol.ts";

/** Who is told what happens. */
export interface Witness {
  /** Anything public has changed. */
  changed(): void;
  /** The avatar tells something. */
  heard(event: AvatarEvent): void;
}

export class LivePlayer {
  readonly video = document.createElement("video");
  state: PlaybackState = "loading";
  /** Whether the current connection has shown a picture. */
  started = false;
  /** Times the picture stood still in the current connection. */
  stalls = 0;
  /** Last trouble, in words. */
  detail = "";
  /** What stands in the way of a picture, and what to do; null when nothing does. */
  problem: Problem | null = null;
  /** How well picture and sound arrive. */
  quality: Quality = "unknown";
  /** Whether the browser refused sound until the user asks for it. */
  soundBlocked = false;
  /** There is no edge to be behind. */
  readonly latency = null;

  private take = new AbortController();
  private wanted = false;

  /** All ends with `signal`. */
  constructor(
    private readonly witness: Witness,
    signal: AbortSignal,
  ) {
    this.video.playsInline = true;
    this.video.disablePictureInPicture = true;
    this.video.setAttribute("aria-label", "Avatar");
    this.listen(signal);
    signal.addEventListener("abort", () => this.leave());
  }

  /** Seconds since the picture began. */
  get position(): number {
    return this.video.currentTime;
  }

  get muted(): boolean {
    return this.video.muted;
  }

  /** Show another connection in the place of the one before. */
  join(connect: Join): void {
    this.leave();
    this.take = new AbortController();
    const { signal } = this.take;
    this.started = false;
    this.stalls = 0;
    this.problem = null;
    this.quality = "unknown";
    this.become("loading");
    connect(this.audience(signal), signal).catch((error: unknown) => {
      if (!signal.aborted) this.become("failed", String(error));
    });
  }

  /** Hang up at once and keep the last picture. */
  hush(): void {
    this.wanted = false;
    this.video.pause();
    this.take.abort();
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
      // An AbortError says that a newer connection or move took over.
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
    this.witness.changed();
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
      if (this.state !== "playing") return;
      this.stalls += 1;
      this.become("waiting");
    });
    on("volumechange", () => this.witness.changed());
  }

  /** What a connection tells, for as long as it is the current one. */
  private audience(signal: AbortSignal): Audience {
    const stream = new MediaStream();
    const whileCurrent =
      <Told extends unknown[]>(act: (...told: Told) => void) =>
      (...told: Told) => {
        if (!signal.aborted) act(...told);
      };
    return {
      receive: whileCurrent((track) => {
        for (const old of stream.getTracks()) if (old.kind === track.kind) stream.removeTrack(old);
        stream.addTrack(track);
        if (this.video.srcObject !== stream) this.video.srcObject = stream;
        this.play();
      }),
      lose: whileCurrent((track) => stream.removeTrack(track)),
      hear: whileCurrent((event) => this.witness.heard(event)),
      interrupted: whileCurrent((detail) => {
        if (this.started) this.become("waiting", detail);
      }),
      resumed: whileCurrent(() => {
        if (this.started) this.become("playing");
        if (this.wanted) this.play();
      }),
      ended: whileCurrent(() => this.hush()),
      failed: whileCurrent((problem) => {
        this.problem = problem;
        this.wanted = false;
        this.become("failed", problem.title);
      }),
      hindered: whileCurrent((problem) => {
        this.problem = problem;
        this.witness.changed();
      }),
      quality: whileCurrent((quality) => {
        this.quality = quality;
        this.witness.changed();
      }),
    };
  }

  private become(state: PlaybackState, detail = ""): void {
    this.state = state;
    this.detail = detail.slice(0, 500);
    this.witness.changed();
  }

  private leave(): void {
    this.take.abort();
    this.wanted = false;
    this.video.srcObject = null;
  }
}
