// What a page and the frame of a figure say to each other. The frame is of another origin, and may run
// scripts that are not ours, so neither believes more than these shapes.

import type { CueAction } from "../protocol.ts";

/** Page to frame: how the figure is to look now. */
export interface Look {
  actions: readonly CueAction[];
  /** What is hidden until a cue shows it. */
  hidden: readonly string[];
  scheme: "light" | "dark";
}

/** Frame to page: it is there, or has another size. */
export interface FrameReport {
  /** Pixels that it would fill. */
  height: number;
}

/** Read a report; null for what is none. */
export function readReport(data: unknown): FrameReport | null {
  const { height } = Object(data) as Partial<FrameReport>;
  return typeof height === "number" && height >= 0 && height < 1e6 ? { height } : null;
}
