// Where on a page the picture of a view can float: over the part of a document that scrolls, and over
// no other document. Knows the hosts' pages, not the picture.

import { hostOfPage } from "../page/page_info.ts";

export interface Place {
  /** What the floating picture is put into, so that it is hidden and shown with its document. */
  readonly host: HTMLElement;
  /** What scrolls; its corners are the picture's. */
  readonly area: HTMLElement;
}

/** A notebook in JupyterLab and Jupyter Notebook; and what else JupyterLab opens in a tab. */
const DOCUMENT = ".jp-NotebookPanel, .jp-MainAreaWidget";
/** Their outputs are in frames as high as the output, which the notebook around them scrolls. */
const FRAMED = ["Colab", "VS Code"];

/** Where the picture of `screen` can float; null if it cannot, as the page that scrolls is another. */
export function placeFor(screen: HTMLElement): Place | null {
  if (FRAMED.includes(hostOfPage())) return null;
  const { body, documentElement } = document;
  const above = ancestors(screen);
  const host = above.find((element) => element.matches(DOCUMENT));
  const within = above.slice(0, above.indexOf(host ?? body));
  // An output may scroll, too, but the notebook is around it.
  const scroller = within.findLast(scrolls);
  if (host) return { host, area: scroller ?? host };
  const area = scroller ?? documentElement;
  if (window.top !== window && area.scrollHeight <= area.clientHeight) return null;
  return { host: body, area };
}

/** The cell of `screen` in Jupyter's notebooks. */
export function cellOf(screen: HTMLElement): HTMLElement | null {
  return screen.closest<HTMLElement>(".jp-Cell");
}

function scrolls(element: HTMLElement): boolean {
  return /auto|scroll/.test(getComputedStyle(element).overflowY);
}

/** The elements around `element`, from the inside out, also those around its shadow tree. */
function ancestors(element: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  let node: Node | null = element;
  while (node) {
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
    if (node instanceof HTMLElement) found.push(node);
  }
  return found;
}
