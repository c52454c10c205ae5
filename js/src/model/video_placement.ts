// Where the one picture of an avatar is: in the newest view, or in the one it was called to; where it
// is lent to; and in the parking while a view goes and another has yet to come. Moves the <video>
// without stopping it.

import { h } from "../page/dom.ts";

/** A view: a place where the picture can be. */
export interface View {
  readonly screen: HTMLElement;
}

/**
 * How long the picture waits for a view when the last one has gone. To run a cell again takes a
 * message to the kernel and back; an output that was deleted should soon be quiet.
 */
const PATIENCE_MS = 1500;

export class VideoPlacement {
  private order: View[] = [];
  /** In sight, as what is out of sight is drawn less often and plays on late. */
  private readonly parking = h("div", {
    "aria-hidden": "true",
    style:
      "position:fixed;right:0;bottom:0;width:2px;height:2px;overflow:hidden;opacity:.01;pointer-events:none",
  });
  private leaving: ReturnType<typeof setTimeout> | undefined;
  private video: HTMLVideoElement | null = null;
  private borrower: HTMLElement | null = null;

  /**
   * `moved` is called when the picture has been put elsewhere, which may have stopped it; `left`
   * when nobody came for it.
   */
  constructor(
    private readonly moved: () => void,
    private readonly left: () => void,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => {
      clearTimeout(this.leaving);
      this.parking.remove();
    });
  }

  /** The view that has the picture. */
  get holder(): View | undefined {
    return this.order.at(-1);
  }

  /** Show `video` from now on. */
  show(video: HTMLVideoElement): void {
    this.video = video;
    this.place();
  }

  /** Show the picture in `view`; when that goes, the one before gets it back. */
  enter(view: View, signal: AbortSignal): void {
    // Hosts may render into an element that is not in the page yet.
    const watching = new ResizeObserver(() => requestAnimationFrame(() => this.place()));
    watching.observe(view.screen);
    signal.addEventListener("abort", () => {
      watching.disconnect();
      this.order = this.order.filter((other) => other !== view);
      this.place();
    });
    this.bringTo(view);
  }

  /** Show the picture in `place` instead of in a view, while that is in the page; or no longer. */
  lend(place: HTMLElement | null): void {
    this.borrower = place;
    this.place();
  }

  /** Whether the picture is in one of the views, if not in the one that is to have it. */
  private isShown(video: HTMLVideoElement): boolean {
    return this.order.some(({ screen }) => screen === video.parentElement);
  }

  /** Whether one of the views is in use: it has the focus, or the full screen. */
  get inUse(): boolean {
    return this.order.some(({ screen }) => {
      const root = screen.closest(".heygen-widget");
      const { activeElement } = screen.getRootNode() as Document | ShadowRoot;
      return root?.matches(":fullscreen") || root?.contains(activeElement ?? null);
    });
  }

  /** Move the picture to `view`. */
  bringTo(view: View): void {
    this.order = [...this.order.filter((other) => other !== view), view];
    this.place();
  }

  private place(): void {
    const { video, holder, parking } = this;
    if (!video) return;
    const borrower = this.borrower?.isConnected ? this.borrower : null;
    const goal = borrower ?? holder?.screen;
    // A view that is not in the page yet can wait for the picture; the picture must not stop.
    if (holder && goal && (goal.isConnected || !video.parentElement)) {
      clearTimeout(this.leaving);
      this.leaving = undefined;
      if (video.parentElement !== goal) move(video, goal);
      parking.remove();
    } else if (video.parentElement && !this.isShown(video)) {
      const haven = borrower ?? parking;
      if (video.parentElement !== haven) {
        if (haven === parking) document.body.append(parking);
        move(video, haven);
      }
      this.leaving ??= setTimeout(() => this.leave(), PATIENCE_MS);
    }
    this.moved();
  }

  private leave(): void {
    this.leaving = undefined;
    this.video?.remove();
    this.parking.remove();
    this.left();
  }
}

/** Put `video` first into `parent`; where the browser can (Chromium 133), without an interruption. */
function move(video: HTMLVideoElement, parent: HTMLElement): void {
  const { moveBefore } = parent as { moveBefore?: (node: Node, before: Node | null) => void };
  if (moveBefore && video.isConnected && parent.isConnected) {
    moveBefore.call(parent, video, parent.firstChild);
  } else {
    parent.prepend(video);
  }
}
