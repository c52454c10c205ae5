// A layer over the part of a page that scrolls, as large as that is seen, which lets the pointer
// through. Knows the page's layout, not what is laid over it.

import { h } from "../page/dom.ts";
import { shared } from "../page/page_global.ts";
import type { Place } from "./place.ts";

/** What the panel is drawn with, which the layer takes over. */
const COLOURS = ["--hw-ink", "--hw-ground", "--hw-accent", "--hw-letters"];

export class Layer {
  private readonly layer: HTMLElement;
  private readonly watching: ResizeObserver;

  constructor(
    private readonly place: Place,
    style: string,
    content: HTMLElement,
  ) {
    adopt(style);
    this.layer = h("div", { class: "heygen-floating" }, content);
    // What is over the whole page must not scroll with it.
    this.layer.classList.toggle("hw-fixed", this.isFixed);
    place.host.append(this.layer);
    this.watching = new ResizeObserver(() => this.fit());
    for (const element of new Set([place.host, place.area])) this.watching.observe(element);
    this.fit();
  }

  /** The layer's place on the screen. */
  get rect(): DOMRect {
    return this.layer.getBoundingClientRect();
  }

  /** The width of the widest picture that it has room for. */
  get widest(): number {
    return this.layer.clientWidth;
  }

  /** Take over the colours of `panel`, while it has any. */
  wear(panel: HTMLElement): void {
    if (!panel.isConnected) return;
    const { style } = this.layer;
    const computed = getComputedStyle(panel);
    for (const name of COLOURS) style.setProperty(name, computed.getPropertyValue(name));
    style.colorScheme = computed.colorScheme;
  }

  remove(): void {
    this.watching.disconnect();
    this.layer.remove();
  }

  private get isFixed(): boolean {
    return this.place.host === document.body;
  }

  private fit(): void {
    const { area, host } = this.place;
    if (area === document.documentElement) return; // the style sheet sees to it
    const inner = area.getBoundingClientRect();
    const outer = host.getBoundingClientRect();
    const [left, top] = this.isFixed
      ? [0, 0]
      : [outer.left + host.clientLeft, outer.top + host.clientTop];
    Object.assign(this.layer.style, {
      left: `${inner.left + area.clientLeft - left}px`,
      top: `${inner.top + area.clientTop - top}px`,
      width: `${area.clientWidth}px`,
      height: `${area.clientHeight}px`,
    });
  }
}

/** Have the page use a style sheet, once. */
function adopt(style: string): void {
  const own = shared("floating.style", () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    return sheet;
  });
  if (!document.adoptedStyleSheets.includes(own)) document.adoptedStyleSheets.push(own);
}
