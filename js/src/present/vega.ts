// Charts of Altair, drawn by Vega-Embed. A part is all marks whose data has a value: the name of a
// series, say, or the text of an annotation. Vega binds that data to the elements it draws.

import type { Renderer } from "./frame.ts";

/** What we use of Vega-Embed 6 and 7. */
type VegaEmbed = (
  element: HTMLElement,
  specification: unknown,
  options: object,
) => Promise<unknown>;

interface Item {
  datum?: Record<string, unknown> & { datum?: Record<string, unknown> };
  items?: Item[];
  text?: unknown;
}

const embed = () => (globalThis as unknown as { vegaEmbed: VegaEmbed }).vegaEmbed;

export const vega: Renderer = {
  async draw(root, data) {
    const element = root.querySelector<HTMLElement>("#figure");
    if (element) await embed()(element, data, { renderer: "svg", actions: false });
  },

  find(root, name) {
    const drawn = root.querySelectorAll<SVGElement & { __data__?: Item }>("svg :is(path, text)");
    return [...drawn].filter(({ __data__: item }) => item && has(item, name));
  },
};

/** Whether an item, or the first of those that are drawn as one, stands for data with a value. */
function has({ datum, items, text }: Item, name: string): boolean {
  const values = [...Object.values(datum?.datum ?? datum ?? {}), text];
  return (
    values.some((value) => String(value) === name) || (items?.[0] ? has(items[0], name) : false)
  );
}
