// The figures of one view: a frame for each, of which one is seen. Knows no time.

import { h } from "../page/dom.ts";
import { type Look, readReport } from "./wire.ts";

/** A figure as its frame shows it. */
export interface FigureSource {
  id: number;
  title: string;
  /** The whole document of its frame. */
  document: string;
}

const MOST_FRAMES = 8;
/** Pixels; what is higher is scrolled. */
const HIGHEST = 480;
const LOWEST = 40;

interface Framed {
  frame: HTMLIFrameElement;
  look: string;
}

export class Figures {
  private readonly sources = new Map<number, FigureSource>();
  private readonly frames = new Map<number, Framed>();
  /** For what `frames` were drawn. */
  private prepared = "";

  /** Show figures in `element`; all ends with `signal`. */
  constructor(
    private readonly element: HTMLElement,
    signal: AbortSignal,
  ) {
    addEventListener("message", (event) => this.hear(event), { signal });
    signal.addEventListener("abort", () => element.replaceChildren());
  }

  /** Take note of the figure that is presented next. */
  add(source: FigureSource): void {
    this.sources.set(source.id, source);
  }

  /** Show one figure, and how it is to look. */
  show(id: number | null, look: Omit<Look, "scheme">): void {
    this.prepare(id);
    for (const [each, { frame }] of this.frames) retire(frame, each !== id);
    const framed = this.frames.get(id ?? -1);
    this.element.hidden = framed === undefined;
    if (!framed) return;
    const dark = getComputedStyle(this.element).colorScheme.includes("dark");
    const light = getComputedStyle(this.element).colorScheme.includes("light");
    const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const scheme = dark && (!light || prefersDark) ? "dark" : "light";
    const now = JSON.stringify({ ...look, scheme } satisfies Look);
    if (now === framed.look) return;
    framed.look = now;
    tell(framed);
  }

  /** Have frames for this figure and for those after it, so that they are there at once. */
  private prepare(id: number | null): void {
    const prepared = `${id} ${this.sources.size}`;
    if (prepared === this.prepared) return;
    this.prepared = prepared;
    const all = [...this.sources.values()];
    const at = all.findIndex((source) => source.id === id);
    const first = Math.max(0, Math.min(at, all.length - MOST_FRAMES));
    const wanted = new Map(all.slice(first, first + MOST_FRAMES).map((each) => [each.id, each]));
    for (const [each, { frame }] of this.frames) {
      if (wanted.has(each)) continue;
      frame.remove();
      this.frames.delete(each);
    }
    for (const [each, source] of wanted) {
      if (!this.frames.has(each)) this.frames.set(each, { frame: this.draw(source), look: "" });
    }
  }

  private draw({ title, document }: FigureSource): HTMLIFrameElement {
    // The document is the kernel's; its sandbox has an origin of its own, and so has what it fetches.
    const frame = h("iframe", { sandbox: "allow-scripts", title, class: "hw-figure-frame" });
    frame.srcdoc = document;
    frame.height = String(LOWEST);
    this.element.append(frame);
    return frame;
  }

  /** A frame says that it is there, or how high it is. */
  private hear({ source, data }: MessageEvent): void {
    const framed = [...this.frames.values()].find(({ frame }) => frame.contentWindow === source);
    const report = readReport(data);
    if (!framed || !source || !report) return;
    framed.frame.height = String(Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(report.height))));
    if (framed.look) tell(framed);
  }
}

function tell({ frame, look }: Framed): void {
  frame.contentWindow?.postMessage(JSON.parse(look), "*"); // an origin of its own has no name
}

function retire(frame: HTMLIFrameElement, away: boolean): void {
  frame.classList.toggle("hw-away", away);
  frame.inert = away;
}
