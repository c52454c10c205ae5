// One <video> for picture and sound that come live, behind the same interface as the player of
// streams. Says what it is doing; knows nothing of rooms, sessions and views.

import type { AvatarEvent } from "./avatar_events.ts";
import type { Audience, Join } from "./live.ts";
import { Picture } from "./picture.ts";
import type { Connection, PlaybackState } from "./protocol.ts";

/** Who is told what happens. */
export interface Witness {
  /** Anything public has changed. */
  changed(): void;
  /** The avatar tells something. */
  heard(event: AvatarEvent): void;
}

export class LivePlayer extends Picture {
  state: PlaybackState = "loading";
  recovering = "";
  recoveries = 0;
  connection: Connection = "unknown";
  /** There is no edge to be behind. */
  readonly latency = null;
  readonly transportReason = "WebRTC";

  private connect: Join | null = null;
  private take = new AbortController();
  private wanted = false;
  private resting = false;
  /** Seconds of the session that were shown over earlier connections. */
  private before = 0;

  /** All ends with `signal`. */
  constructor(
    private readonly witness: Witness,
    signal: AbortSignal,
  ) {
    super(() => witness.changed(), signal);
    this.listen(signal);
    signal.addEventListener("abort", () => this.leave());
  }

  get position(): number {
    return this.before + this.video.currentTime;
  }

  get transport(): "direct" | null {
    return this.connect ? "direct" : null;
  }

  /** Show another session in the place of the one before. */
  join(connect: Join): void {
    this.leave();
    this.clear();
    this.connect = connect;
    this.before = this.recoveries = this.stalls = 0;
    this.started = false;
    this.open();
  }

  retry(): void {
    if (!this.connect) return;
    this.before = this.position;
    this.keepFrame();
    this.leave();
    this.open();
  }

  hush(): void {
    this.wanted = false;
    this.video.pause();
    this.take.abort();
    this.recovering = "";
    this.become("ended");
  }

  play(): void {
    this.wanted = true;
    this.start((why) => this.become("blocked", why));
  }

  pause(): void {
    this.wanted = false;
    this.video.pause();
    this.become("paused");
  }

  moved(): void {
    const { resting } = this;
    this.resting = false;
    if (resting && this.active) this.retry();
    else if (this.wanted && this.video.paused) this.play();
  }

  /** Nobody looks: leave, so that the session may end for want of viewers. */
  rest(): void {
    if (!this.active) return;
    this.resting = true;
    this.keepFrame();
    this.take.abort();
  }

  private open(): void {
    const { connect } = this;
    this.take = new AbortController();
    const { signal } = this.take;
    this.problem = null;
    this.recovering = "";
    this.connection = "unknown";
    this.become("loading");
    connect?.(this.audience(signal), signal).catch((error: unknown) => {
      if (!signal.aborted) this.become("failed", String(error));
    });
  }

  private listen(signal: AbortSignal): void {
    const { video } = this;
    const on = (event: string, handle: () => void) =>
      video.addEventListener(event, handle, { signal });
    on("playing", () => {
      this.started = true;
      this.become("playing");
    });
    on("pause", () => {
      // Not by us: a media key, say. Without a view nothing is played.
      if (!this.wanted || !video.paused || this.state !== "playing") return;
      this.become(video.isConnected ? "paused" : "waiting");
    });
    on("waiting", () => {
      if (this.state !== "playing") return;
      this.stalls += 1;
      this.become("waiting");
    });
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
        this.recovering = detail;
        this.become("recovering", detail);
      }),
      resumed: whileCurrent(() => {
        this.recovering = "";
        this.recoveries += 1;
        this.become(this.started ? "playing" : "loading");
        if (this.wanted) this.play();
      }),
      ended: whileCurrent(() => this.hush()),
      failed: whileCurrent((problem) => {
        this.problem = problem;
        this.recovering = "";
        this.wanted = false;
        this.become("failed", problem.title);
      }),
      hindered: whileCurrent((problem) => {
        this.problem = problem;
        this.changed();
      }),
      quality: whileCurrent((quality) => {
        this.connection = quality;
        this.changed();
      }),
    };
  }

  private become(state: PlaybackState, detail = ""): void {
    this.state = state;
    this.detail = detail.slice(0, 500);
    this.changed();
  }

  private leave(): void {
    this.take.abort();
    this.wanted = false;
    this.video.srcObject = null;
  }
}
