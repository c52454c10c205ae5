// Plots of Plotly, through its own functions: a trace is known by its name.

import type { CueAction } from "../protocol.ts";
import type { Renderer } from "./frame.ts";

interface Trace {
  name?: string;
  opacity?: number;
  visible?: boolean | string;
}

interface Plot extends HTMLElement {
  data: Trace[];
}

/** What we use of Plotly 2 and 3. */
interface Plotly {
  newPlot(element: HTMLElement, figure: object): Promise<unknown>;
  restyle(element: HTMLElement, change: object, traces: number[]): Promise<unknown>;
}

const FAINT = 0.2;

const library = () => (globalThis as unknown as { Plotly: Plotly }).Plotly;
const plotIn = (root: HTMLElement) => root.querySelector<Plot>("#figure");
/** How the traces of each plot were made. */
const originals = new WeakMap<Plot, { opacity: number[]; visible: (boolean | string)[] }>();

export const plotly: Renderer = {
  async draw(root, data) {
    const plot = plotIn(root);
    if (!plot) return;
    const { layout = {}, ...figure } = data as { layout?: object };
    const config = { displayModeBar: false, responsive: true };
    await library().newPlot(plot, { ...figure, layout, config });
    originals.set(plot, {
      opacity: plot.data.map(({ opacity }) => opacity ?? 1),
      visible: plot.data.map(({ visible }) => visible ?? true),
    });
  },

  find(root, name) {
    const parts = root.querySelectorAll<SVGElement & { __data__?: unknown }>(".trace, .traces");
    return [...parts].filter((part) => nameOf(part.__data__) === name);
  },

  act(root, actions) {
    const plot = plotIn(root);
    const original = plot && originals.get(plot);
    if (!plot || !original) return actions;
    const named = (target: string) =>
      plot.data.flatMap(({ name }, index) => (name === target ? [index] : []));
    const opacity = [...original.opacity];
    const visible = [...original.visible];
    const left: CueAction[] = [];
    for (const action of actions) {
      const traces = named(action.target);
      if (traces.length === 0 || action.do === "zoom" || action.do === "scroll_to") {
        left.push(action);
      } else if (action.do === "hide") {
        for (const trace of traces) visible[trace] = false;
      } else if (action.do === "show") {
        for (const trace of traces) visible[trace] = true;
      } else {
        for (const trace of opacity.keys()) {
          if (!traces.includes(trace)) opacity[trace] = FAINT;
        }
      }
    }
    const now = plot.data.map((trace) => [trace.opacity ?? 1, trace.visible ?? true]);
    const then = opacity.map((value, index) => [value, visible[index]]);
    if (JSON.stringify(now) !== JSON.stringify(then)) {
      library().restyle(plot, { opacity, visible }, [...opacity.keys()]);
    }
    return left;
  },
};

/** The name of the trace that d3 has bound to an element. */
function nameOf(bound: unknown): string | undefined {
  const first = Array.isArray(bound) ? bound[0] : bound;
  return (Object(first) as { trace?: Trace }).trace?.name;
}
