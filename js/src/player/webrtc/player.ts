// One <video> for picture and sound that come live, behind the same interface as the player of
// streams. Says what it is doing; knows nothing of rooms, sessions and views.

import { VideoPlayer } from "../../model/video_player.ts";
import type { Connection, PlaybackState, Problem } from "../../protocol.ts";
import type { AvatarEvent } from "./avatar_events.ts";
import { type Audience, type Join, NO_MEDIA, type Terms, watchOver } from "./connection.ts";

/** Who is told what happens. */
export interface PlayerEvents {
  /** Anything public has changed. */
  changed(): void;
  /** The avatar tells something. */
  heard(event: AvatarEvent): void;
  /** Seconds on the clock that all who watch the session share. */
  elapsed(): number;
}

const AT_WILL: Terms = { again: true, why: () => NO_MEDIA };

export class LivePlayer extends VideoPlayer {
  state: PlaybackState = "loading";
  recovering = "";
  recoveries = 0;
  connection: Connection = "unknown";
  /** There is no edge to be behind. */
  readonly latency = null;
  readonly transportReason = "WebRTC";

  private connect: Join | null = null;
  private terms = AT_WILL;
  private currentLoad = new AbortController();
  /** Whether the user has paused it. */
  private held = false;
  private resting = false;
  /** The session's clock when the video's stood at 0. */
  private begun = 0;
  /** To be called once there is a picture. */
  private arrived = () => {};

  /** All ends with `signal`. */
  constructor(
    private readonly events: PlayerEvents,
    signal: AbortSignal,
  ) {
    super(() => events.changed(), signal);
    this.listen(signal);
    signal.addEventListener("abort", () => this.leave());
  }

  get position(): number {
    return this.begun + this.video.currentTime;
  }

  get transport(): "direct" | null {
    return this.connect ? "direct" : null;
  }

  /** Replace the session that is shown. */
  join(connect: Join, terms = AT_WILL): void {
    this.leave();
    this.clear();
    this.connect = connect;
    this.terms = terms;
    this.canRetry = terms.again;
    this.recoveries = this.stalls = 0;
    this.started = this.held = this.resting = false;
    this.open();
  }

  retry(): void {
    this.held = false;
    this.rejoin();
  }

  hush(): void {
    this.held = false;
    this.video.pause();
    this.currentLoad.abort();
    this.elsewhere = false;
    this.recovering = "";
    this.become("ended");
  }

  play(): void {
    this.held = false;
    if (this.elsewhere) this.rejoin();
    else this.begin();
  }

  pause(): void {
    this.held = true;
    this.video.pause();
    this.become("paused");
  }

  moved(): void {
    const { resting, video } = this;
    this.resting = false;
    if (resting && (this.active || this.held)) this.rejoin();
    else if (this.active && video.srcObject && video.paused) this.begin();
  }

  /** Nobody looks: leave if one can come back, so that the session may end for want of viewers. */
  rest(): void {
    if (!this.terms.again || !(this.active || this.held)) return;
    this.resting = true;
    this.keepFrame();
    this.currentLoad.abort();
  }

  private begin(): void {
    this.start((why) => this.become("blocked", why));
  }

  private rejoin(): void {
    if (!this.connect) return;
    this.keepFrame();
    this.leave();
    this.open();
  }

  private open(): void {
    const { connect } = this;
    this.currentLoad = new AbortController();
    const { signal } = this.currentLoad;
    this.problem = null;
    this.elsewhere = false;
    this.recovering = "";
    this.connection = "unknown";
    this.begun = this.events.elapsed();
    this.arrived = watchOver((problem) => this.hinder(problem), this.terms.why, signal);
    this.become("loading");
    connect?.(this.audience(signal), signal).catch((error: unknown) => {
      if (!signal.aborted) this.become("failed", String(error));
    });
  }

  private listen(signal: AbortSignal): void {
    const { video } = this;
    const on = (event: string, handle: () => void) =>
      video.addEventListener(event, handle, { signal });
    on("playing", () => this.see());
    // Sound may play before there is a picture, which then has a size.
    on("resize", () => this.see());
    on("pause", () => {
      if (!video.paused || this.state !== "playing") return;
      // Not by us: a media key, say. Without a view nothing is played.
      this.held = video.isConnected;
      this.become(this.held ? "paused" : "waiting");
    });
    on("waiting", () => {
      if (this.state !== "playing") return;
      this.stalls += 1;
      this.become("waiting");
    });
  }

  private see(): void {
    const { video } = this;
    if (video.videoWidth === 0) return;
    this.arrived();
    if (video.paused || this.state === "recovering") return;
    this.started = true;
    this.begun = this.events.elapsed() - video.currentTime;
    this.become("playing");
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
        if (this.held) this.become("paused");
        else this.begin();
      }),
      lose: whileCurrent((track) => stream.removeTrack(track)),
      hear: whileCurrent((event) => this.events.heard(event)),
      interrupted: whileCurrent((detail) => {
        this.recovering = detail;
        this.become(this.held ? "paused" : "recovering", detail);
      }),
      resumed: whileCurrent(() => {
        if (this.started) this.problem = null; // it was given up too early
        this.recovering = "";
        this.recoveries += 1;
        if (this.held) this.become("paused");
        else {
          this.become(this.started ? "playing" : "loading");
          this.begin();
        }
      }),
      ended: whileCurrent(() => this.hush()),
      failed: whileCurrent((problem) => {
        this.arrived(); // or not: nothing else is to be said of it
        this.problem = problem;
        this.recovering = "";
        this.become("failed", problem.title);
      }),
      replaced: whileCurrent(() => {
        this.arrived();
        this.elsewhere = true;
        this.recovering = "";
        this.video.pause();
        this.become("paused", "playing in another page");
      }),
      quality: whileCurrent((quality) => {
        this.connection = quality;
        this.changed();
      }),
    };
  }

  private hinder(problem: Problem | null): void {
    this.problem = problem;
    this.changed();
  }

  private become(state: PlaybackState, detail = ""): void {
    this.state = state;
    this.detail = detail.slice(0, 500);
    this.changed();
  }

  private leave(): void {
    this.currentLoad.abort();
    this.video.srcObject = null;
  }
}
