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
  private readonly frames = new Map<number, Framed>();

  /** Show figures in `element`; all ends with `signal`. */
  constructor(
    private readonly element: HTMLElement,
    signal: AbortSignal,
  ) {
    addEventListener("message", (event) => this.hear(event), { signal });
    signal.addEventListener("abort", () => element.replaceChildren());
  }

  /** Prepare what may be shown, so that it is there at once. */
  prepare({ id, title, document }: FigureSource): void {
    if (this.frames.has(id)) return;
    // The document is the kernel's; its sandbox has an origin of its own, and so has what it fetches.
    const frame = h("iframe", { sandbox: "allow-scripts", title, class: "hw-figure-frame" });
    frame.srcdoc = document;
    frame.height = String(LOWEST);
    retire(frame, true);
    this.frames.set(id, { frame, look: "" });
    this.element.append(frame);
    for (const oldest of [...this.frames.keys()].slice(0, -MOST_FRAMES)) {
      this.frames.get(oldest)?.frame.remove();
      this.frames.delete(oldest);
    }
  }

  /** Show one figure, and how it is to look. */
  show(id: number | null, look: Omit<Look, "scheme">): void {
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
