// Pages as notebooks lay them out: what scrolls, and what is around it.

import { expect } from "vitest";
import { h } from "../src/page/dom.ts";
import { show } from "./model.ts";
import { STATES, type Widget } from "./states.ts";

export interface Pages {
  /** What is hidden with its tab. */
  readonly panel: HTMLElement;
  readonly scroller: HTMLElement;
  /** Where the widget goes. */
  readonly cell: HTMLElement;
}

/** The frame of the picture that floats, if one does. */
export const frame = () => document.querySelector<HTMLElement>(".heygen-floating .hw-frame");

/** A notebook as JupyterLab has it: a tab of its own, cells that scroll under a toolbar. */
export function labNotebook(width = 760): Pages {
  const cell = h("div", { class: "jp-Cell", "data-windowed-list-index": "0" });
  const below = Array.from({ length: 20 }, (_, index) =>
    h(
      "div",
      { class: "jp-Cell", "data-windowed-list-index": String(index + 1), style: "height:200px" },
      h("p", {}, `Cell ${index + 2}`),
    ),
  );
  const scroller = h(
    "div",
    { style: "height:560px;overflow-y:auto", role: "region", tabindex: "0", "aria-label": "Cells" },
    cell,
    ...below,
  );
  const toolbar = h("div", { style: "height:40px" }, h("button", {}, "Run"));
  const style = `position:relative;width:${width}px;overflow:hidden`;
  const panel = h("div", { class: "jp-NotebookPanel", style }, toolbar, scroller);
  document.body.append(panel);
  return { panel, scroller, cell };
}

/** An avatar that speaks in the first cell of a notebook. */
export async function speakingIn(pages: Pages): Promise<Widget & Pages> {
  const widget = { ...show({}, pages.cell), ...pages };
  await STATES.speaking?.(widget);
  return widget;
}

/** The same, scrolled away. */
export async function floatingIn(pages: Pages): Promise<Widget & Pages> {
  const widget = await speakingIn(pages);
  widget.scroller.scrollTop = 2000;
  await expect.poll(frame).not.toBeNull();
  return widget;
}
