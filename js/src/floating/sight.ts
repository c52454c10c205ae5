// Whether a view is in sight: whether enough of it is on the screen to look at.

/** It is out of sight when less than this part of it is seen, and back when it is this much. */
const LEAVES = 0.2;
const RETURNS = 0.4;
/** So much of a high one, in pixels, counts as all of it: its window may be lower than it is. */
const ENOUGH = 400;

export class Sight {
  private readonly observer: IntersectionObserver;
  private watched: HTMLElement | undefined;
  private share = 1;
  private away = false;

  /** `changed` is called when the view has come into sight or gone. */
  constructor(changed: () => void, signal: AbortSignal) {
    const threshold = Array.from({ length: 21 }, (_, index) => index / 20);
    this.observer = new IntersectionObserver(
      (entries) => {
        const entry = entries.findLast(({ target }) => target === this.watched);
        if (!entry) return;
        const { intersectionRatio, intersectionRect } = entry;
        this.share = Math.max(intersectionRatio, intersectionRect.height / ENOUGH);
        changed();
      },
      { threshold },
    );
    signal.addEventListener("abort", () => this.observer.disconnect());
  }

  /** Look at `view` from now on. */
  watch(view: HTMLElement): void {
    if (view === this.watched) return;
    this.observer.disconnect();
    this.observer.observe(view);
    this.watched = view;
  }

  /** Whether it is out of sight; of a new view, as before until it is known. */
  get isOut(): boolean {
    // JupyterLab leaves the active cell where it is when it scrolls away, and lets nobody see it.
    const shown = this.watched?.checkVisibility({ opacityProperty: true });
    this.away = !shown || this.share < (this.away ? RETURNS : LEAVES);
    return this.away;
  }
}
