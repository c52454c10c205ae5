// The corners that a floating picture can be in, and how wide it can be. Pure arithmetic; knows no
// elements.

/** Top or bottom, and left or right. */
export interface Corner {
  readonly top: boolean;
  readonly left: boolean;
}

/** Clockwise, from where it is at first. */
export const CORNERS: readonly Corner[] = [
  { top: false, left: false },
  { top: false, left: true },
  { top: true, left: true },
  { top: true, left: false },
];

/** Widths in pixels. */
export const NARROWEST = 160;
export const WIDEST = 640;
export const USUAL = 280;
/** What a click on the handle goes through. */
const SIZES = [200, USUAL, 400];
const STEP = 20;
const LEAP = 80;

/** "Bottom right", for people. */
export function nameOf({ top, left }: Corner): string {
  return `${top ? "Top" : "Bottom"} ${left ? "left" : "right"}`;
}

/** The next corner, clockwise. */
export function nextCorner({ top, left }: Corner): Corner {
  const at = CORNERS.findIndex((corner) => corner.top === top && corner.left === left);
  return CORNERS[(at + 1) % CORNERS.length] ?? { top, left };
}

/** The corner to which an arrow key leads; null for any other key. */
export function cornerTowards(key: string, corner: Corner): Corner | null {
  switch (key) {
    case "ArrowUp":
      return { ...corner, top: true };
    case "ArrowDown":
      return { ...corner, top: false };
    case "ArrowLeft":
      return { ...corner, left: true };
    case "ArrowRight":
      return { ...corner, left: false };
    default:
      return null;
  }
}

/** The corner of `area` that is nearest to the middle of `frame`. */
export function nearestCorner(frame: DOMRectReadOnly, area: DOMRectReadOnly): Corner {
  return {
    top: frame.top + frame.height / 2 < area.top + area.height / 2,
    left: frame.left + frame.width / 2 < area.left + area.width / 2,
  };
}

/** A width that is allowed. */
export function allowedWidth(width: number): number {
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
}

/** The next width for a click; the narrowest after the widest that fits. */
export function nextWidth(width: number, most: number): number {
  return SIZES.find((size) => size > width + 1 && size <= most) ?? Math.min(...SIZES);
}

/** The width to which a key leads, as on any slider; null for other keys. */
export function widthTowards(key: string, width: number): number | null {
  switch (key) {
    case "ArrowUp":
    case "ArrowRight":
      return allowedWidth(width + STEP);
    case "ArrowDown":
    case "ArrowLeft":
      return allowedWidth(width - STEP);
    case "PageUp":
      return allowedWidth(width + LEAP);
    case "PageDown":
      return allowedWidth(width - LEAP);
    case "Home":
      return NARROWEST;
    case "End":
      return WIDEST;
    default:
      return null;
  }
}
