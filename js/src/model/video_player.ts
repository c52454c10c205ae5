// One <video> as a person uses it: sound, picture in picture, full screen. What plays in it is not
// its business; what all that do can say of it stands here. How loud it is, is remembered for all
// avatars of the page.

import { shared } from "../page/page_global.ts";
import type { Connection, PlaybackState, Problem, Sound, Transport } from "../protocol.ts";

export abstract class VideoPlayer {
  readonly video = document.createElement("video");
  /** Whether the browser refused sound until the user asks for it. */
  soundBlocked = false;
  /** Times it ran dry in the current session. */
  stalls = 0;
  /** Last trouble, in the words of what plays it. */
  detail = "";
  /** Whether the current session has shown a picture. */
  started = false;
  /** What stands in the way of a picture, and what to do; null when nothing does. */
  problem: Problem | null = null;
  /** Whether another page has it now. */
  elsewhere = false;
  /** Whether it is of use to try again once it has failed. */
  canRetry = true;
  /** Why this browser can never play it, in a sentence; empty if it can. */
  unsupported = "";

  private readonly sound = shared("sound", () => ({ muted: false, volume: 1 }));

  /** `changed` is called whenever anything public has changed. */
  constructor(
    protected readonly changed: () => void,
    signal: AbortSignal,
  ) {
    const { video, sound } = this;
    video.playsInline = true;
    video.muted = sound.muted;
    video.volume = sound.volume;
    video.setAttribute("aria-label", "Avatar");
    for (const event of ["volumechange", "enterpictureinpicture", "leavepictureinpicture"]) {
      video.addEventListener(event, () => this.changed(), { signal });
    }
  }

  abstract readonly state: PlaybackState;
  /** What is being repaired, in a sentence; empty when nothing is. */
  abstract readonly recovering: string;
  /** Times it came back after a fault in the current session. */
  abstract readonly recoveries: number;
  /** Seconds on the session's clock. */
  abstract readonly position: number;
  /** Seconds behind the live edge; null when there is none. */
  abstract readonly latency: number | null;
  /** By which the picture comes; null while nothing is played. */
  abstract readonly transport: Exclude<Transport, "auto"> | null;
  /** Why it comes this way. */
  abstract readonly transportReason: string;
  /** How well it arrives; null where nobody can tell. */
  abstract readonly connection: Connection | null;

  /** Play, with sound if the browser lets us. */
  abstract play(): void;
  abstract pause(): void;
  /** Try once more after having given up. */
  abstract retry(): void;
  /** Stop at once and keep the last picture. */
  abstract hush(): void;
  /** To be called when the picture has been put elsewhere: browsers may have paused it. */
  abstract moved(): void;
  /** Call this when there is no view: nothing is fetched until there is one. */
  abstract rest(): void;

  /** Whether it plays, or is about to. */
  get active(): boolean {
    return ["loading", "playing", "waiting", "recovering"].includes(this.state);
  }

  /** Play, without sound if the browser wants that; `refused` is called if it allows not even that. */
  protected start(refused: (why: string) => void): void {
    this.video.play().catch((error: unknown) => {
      // An AbortError says that a newer load or move took over.
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (this.muted) {
        refused(error.message);
      } else {
        this.video.muted = this.soundBlocked = true;
        this.start(refused);
      }
    });
  }

  /** Leave the last frame where the picture was, until there is another one. */
  protected keepFrame(): void {
    const { video } = this;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    video.poster = canvas.toDataURL("image/jpeg", 0.9);
  }

  /** Show nothing. */
  protected clear(): void {
    this.video.removeAttribute("src");
    this.video.removeAttribute("poster");
    this.video.load();
  }

  get muted(): boolean {
    return this.video.muted;
  }

  /** From 0 to 1. */
  get volume(): number {
    return this.video.volume;
  }

  /** Whether one hears it. */
  get heard(): Sound {
    if (this.soundBlocked) return "blocked";
    return this.muted || this.volume === 0 ? "muted" : "on";
  }

  /** Turn sound on or off. To be called on the user's own action, which lifts the browser's block. */
  setMuted(muted: boolean): void {
    this.video.muted = this.sound.muted = muted;
    const blocked = this.soundBlocked;
    this.soundBlocked = false;
    if (blocked && !muted) this.play();
    this.changed();
  }

  /** From 0 to 1; anything above 0 also turns sound on. */
  setVolume(volume: number): void {
    this.video.volume = this.sound.volume = Math.min(1, Math.max(0, volume));
    if (volume > 0 && this.muted) this.setMuted(false);
  }

  get canPictureInPicture(): boolean {
    // Firefox has a button of its own for it, and no such property.
    return document.pictureInPictureEnabled === true && this.video.readyState > 0;
  }

  get pictureInPicture(): boolean {
    // To the document, a video in a shadow tree is the tree's host.
    const { pictureInPictureElement } = this.video.getRootNode() as Partial<DocumentOrShadowRoot>;
    return pictureInPictureElement === this.video;
  }

  async togglePictureInPicture(): Promise<void> {
    if (this.pictureInPicture) await document.exitPictureInPicture();
    else await this.video.requestPictureInPicture();
  }

  /** Show `target` on the whole screen, or no longer. Phones that cannot show the video alone. */
  async toggleFullscreen(target: HTMLElement): Promise<void> {
    const video = this.video as { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (document.fullscreenEnabled) await target.requestFullscreen();
    else video.webkitEnterFullscreen?.();
  }
}
