// The script of a figure's frame: draws what needs drawing, and does to its parts what cues say. Knows
// no time: the page says how the figure is to look now.

import type { CueAction } from "../protocol.ts";
import { plotly } from "./plotly.ts";
import { vega } from "./vega.ts";
import type { Look } from "./wire.ts";

/** Draws a kind of figure, and finds the parts that only it can name. */
export interface Renderer {
  /** Draw into the element; resolves once it is there. */
  draw(element: HTMLElement, data: unknown): Promise<unknown>;
  /** The elements of a part. */
  find(element: HTMLElement, name: string): Element[];
  /** Do itself what it can; return what is left to be done to elements. */
  act?(element: HTMLElement, actions: readonly CueAction[]): readonly CueAction[];
}

const RENDERERS: Record<string, Renderer> = { plotly, vega };
const CLASSES = ["cue-highlight", "cue-dim", "cue-hide"];
/** Parts of an SVG that are not drawn. */
const UNSEEN = "defs, style, metadata, title, desc, clipPath, script";
const MOST_ZOOM = 4;
const ZOOMED = 0.7;

const root = document.getElementById("root") as HTMLElement;
const renderer = RENDERERS[document.body.dataset.kind ?? ""];
let look: Look = { actions: [], hidden: [], scheme: "light" };

function find(target: string): Element[] {
  const byId = root.querySelectorAll(`[id="${CSS.escape(target)}"]`);
  if (byId.length > 0) return [...byId];
  const named = renderer?.find(root, target) ?? [];
  if (named.length > 0) return named;
  try {
    return [...root.querySelectorAll(target)];
  } catch {
    return []; // it is no selector
  }
}

function apply(): void {
  document.documentElement.dataset.scheme = look.scheme;
  for (const name of CLASSES) {
    for (const element of root.querySelectorAll(`.${name}`)) element.classList.remove(name);
  }
  const before = getComputedStyle(root).transform;
  // Parts are measured where they are without a zoom, and not on their way from one.
  root.style.transition = "none";
  root.style.transform = "";
  const left = renderer?.act?.(root, look.actions) ?? look.actions;
  const shown = new Set(left.filter((action) => action.do === "show").flatMap(partsOf));
  for (const part of look.hidden.flatMap(find)) {
    if (!shown.has(part)) part.classList.add("cue-hide");
  }
  for (const action of left) perform(action.do, partsOf(action));
  const after = zoomOn(left.filter((action) => action.do === "zoom").flatMap(partsOf));
  root.style.transform = before;
  root.getBoundingClientRect();
  root.style.transition = "";
  root.style.transform = after;
}

const partsOf = ({ target }: CueAction): Element[] => find(target);

function perform(verb: CueAction["do"], parts: Element[]): void {
  if (verb === "highlight") {
    for (const part of parts) part.classList.add("cue-highlight");
    bringIntoView(parts);
  } else if (verb === "hide") {
    for (const part of parts) part.classList.add("cue-hide");
  } else if (verb === "dim") dimAllBut(parts);
  else if (verb === "scroll_to") parts[0]?.scrollIntoView({ block: "center", inline: "center" });
}

/** Scroll as little as shows the first part, within this frame alone. */
function bringIntoView([part]: Element[]): void {
  const box = part?.getBoundingClientRect();
  if (!box) return;
  const outside = box.bottom > innerHeight || box.top < 0 || box.left < 0 || box.right > innerWidth;
  if (outside) part?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Dim whatever holds none of the parts. */
function dimAllBut(parts: Element[]): void {
  if (parts.length === 0) return;
  const kept = new Set<Element>();
  for (const part of parts) {
    for (let at: Element | null = part; at && at !== root; at = at.parentElement) kept.add(at);
  }
  const inParts = new Set(parts);
  const walk = (element: Element) => {
    for (const child of element.children) {
      if (child.matches(UNSEEN) || inParts.has(child)) continue;
      if (kept.has(child)) walk(child);
      else child.classList.add("cue-dim");
    }
  };
  walk(root);
}

/** The transform that brings parts to the middle, as large as fits. */
function zoomOn(parts: Element[]): string {
  if (parts.length === 0) return "";
  scrollTo(0, 0);
  const boxes = parts.map((part) => part.getBoundingClientRect()).filter(({ width }) => width > 0);
  if (boxes.length === 0) return "";
  const whole = root.getBoundingClientRect();
  const left = Math.min(...boxes.map((box) => box.left)) - whole.left;
  const top = Math.min(...boxes.map((box) => box.top)) - whole.top;
  const width = Math.max(...boxes.map((box) => box.right)) - whole.left - left;
  const height = Math.max(...boxes.map((box) => box.bottom)) - whole.top - top;
  const fitting = ZOOMED * Math.min(innerWidth / width, innerHeight / Math.max(height, 1));
  const scale = Math.min(MOST_ZOOM, Math.max(1, fitting));
  const x = innerWidth / 2 - whole.left - scale * (left + width / 2);
  const y = innerHeight / 2 - whole.top - scale * (top + height / 2);
  return `translate(${x}px, ${y}px) scale(${scale})`;
}

function report(): void {
  parent.postMessage({ height: root.offsetHeight }, "*");
}

addEventListener("message", ({ source, data }) => {
  if (source !== parent) return;
  look = data;
  apply();
});
new ResizeObserver(report).observe(root);

const data = document.getElementById("data")?.textContent;
const drawn = renderer?.draw(root, JSON.parse(data ?? "null")) ?? Promise.resolve();
drawn.then(apply, (error: unknown) => {
  root.textContent = `This figure could not be drawn: ${error}`;
});
report();
