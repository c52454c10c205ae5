// Says when a video's time has come to something: with each frame that is shown, and between frames.
// Follows pauses, seeks and another speed by itself, since it only ever asks where the video is.

/** Seconds ahead within which a timer is more exact than the next frame. */
const NEAR = 0.1;
const EVENTS = ["timeupdate", "seeking", "seeked", "play", "playing", "pause", "ended"];

export class Clock {
  private video: HTMLVideoElement | null = null;
  private following = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `tick` is called with the passing of time; it returns the seconds of video until it matters. */
  constructor(
    private readonly tick: () => number,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.leave());
  }

  /** Follow a video from now on. */
  follow(video: HTMLVideoElement): void {
    if (video === this.video) return;
    this.leave();
    this.following = new AbortController();
    this.video = video;
    const { signal } = this.following;
    for (const event of EVENTS) video.addEventListener(event, () => this.run(), { signal });
    this.nextFrame(video, signal);
  }

  /** Look now. */
  run(): void {
    clearTimeout(this.timer);
    const left = this.tick();
    const { video } = this;
    if (!video || video.paused || left > NEAR) return;
    this.timer = setTimeout(() => this.run(), Math.max(1, (1000 * left) / video.playbackRate));
  }

  private nextFrame(video: HTMLVideoElement, signal: AbortSignal): void {
    if (!video.requestVideoFrameCallback) return; // Firefox before 132: `timeupdate` has to do
    const handle = video.requestVideoFrameCallback(() => {
      if (signal.aborted) return;
      this.run();
      this.nextFrame(video, signal);
    });
    signal.addEventListener("abort", () => video.cancelVideoFrameCallback(handle), { once: true });
  }

  private leave(): void {
    clearTimeout(this.timer);
    this.following.abort();
    this.video = null;
  }
}
