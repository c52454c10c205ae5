// Dragging by a pointer: mouse, pen or finger. Knows nothing of what is dragged.

/** A pointer that moves less far, in pixels, clicks. */
const SLACK = 4;

export interface Dragging {
  /** The pointer is so far from where it was put down. */
  follow(x: number, y: number): void;
  /** It was let go; or taken away, with `dropped` false, and all is to be as before. */
  end(dropped: boolean): void;
}

/** Let `handle` be dragged. What only clicks it, does that. */
export function drag(handle: HTMLElement, dragging: Dragging, signal: AbortSignal): void {
  let start: PointerEvent | null = null;
  let moving = false;
  const stop = (dropped: boolean) => {
    start = null;
    if (!moving) return;
    moving = false;
    dragging.end(dropped);
    // The click that follows is none; where none follows, the next one is one.
    if (dropped) handle.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => handle.removeEventListener("click", swallow, { capture: true }));
  };
  const on = <Kind extends keyof HTMLElementEventMap>(
    kind: Kind,
    handler: (event: HTMLElementEventMap[Kind]) => void,
  ) => handle.addEventListener(kind, handler, { signal });
  on("pointerdown", (event) => {
    if (event.button !== 0 || start) return;
    start = event;
    handle.setPointerCapture(event.pointerId);
  });
  on("pointermove", (event) => {
    if (event.pointerId !== start?.pointerId) return;
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    moving ||= Math.hypot(x, y) >= SLACK;
    if (moving) dragging.follow(x, y);
  });
  on("pointerup", (event) => event.pointerId === start?.pointerId && stop(true));
  on("pointercancel", () => stop(false));
  // A picture that goes home while it is dragged.
  signal.addEventListener("abort", () => stop(false));
}

function swallow(event: Event): void {
  event.stopImmediatePropagation();
  event.preventDefault();
}
