// Scrolls a notebook to a view, also to one in a cell that JupyterLab has taken out of the page, or
// hidden, because it is far away.

import { cellOf } from "./place.ts";

/** How far to go at once on the way to a cell whose place is not known, in heights of the window. */
const STRIDE = 0.9;
/** Where JupyterLab notes which cell it is. */
const INDEX = "windowedListIndex";

/** Scroll until `view` is in the middle of `area`; says whether it could be found. */
export async function scrollTo(view: HTMLElement, area: HTMLElement): Promise<boolean> {
  let stride = STRIDE * area.clientHeight;
  let direction = 0;
  while (!view.checkVisibility({ opacityProperty: true })) {
    const before = area.scrollTop;
    const turn = directionTo(view, area);
    if (turn === -direction) stride /= 2; // what it shows came late, and the cell was passed
    direction = turn;
    area.scrollTop += direction * stride;
    await new Promise(requestAnimationFrame);
    if (area.scrollTop === before) return false;
  }
  view.scrollIntoView({ block: "center", behavior: "instant" });
  return true;
}

/** Whether the cell of `view` is further up (-1) or down (1) than those that are shown. */
function directionTo(view: HTMLElement, area: HTMLElement): number {
  const index = Number(cellOf(view)?.dataset[INDEX] ?? 0);
  const cells = [...area.querySelectorAll<HTMLElement>(".jp-Cell")];
  const shown = cells.find((cell) => cell.checkVisibility({ opacityProperty: true }));
  return index < Number(shown?.dataset[INDEX] ?? 0) ? -1 : 1;
}
