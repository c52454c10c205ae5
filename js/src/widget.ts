// The anywidget module: one `Avatar` per model, one `Panel` per view. Everything else hangs on the
// abort signals made here.

import type { AnyModel, Initialize, Render } from "@anywidget/types";
import { Avatar } from "./model/avatar.ts";
import { Panel } from "./panel/panel.ts";

/**
 * A signal that ends with the host's, and a function to end it. Hosts with anywidget older than
 * 0.10 pass no signal and call the function instead; both may happen.
 */
function lifetime(host: AbortSignal | undefined): { signal: AbortSignal; end: () => void } {
  const life = new AbortController();
  const end = () => life.abort();
  host?.addEventListener("abort", end, { signal: life.signal });
  return { signal: life.signal, end };
}

// A factory, because some hosts share one module between models and others do not.
export default (): { initialize: Initialize; render: Render } => {
  let avatar: Avatar | null = null;

  const open = (model: AnyModel, signal: AbortSignal): Avatar => {
    signal.addEventListener("abort", () => {
      avatar = null;
    });
    return new Avatar(model, signal);
  };

  return {
    initialize({ model, signal }) {
      const life = lifetime(signal);
      avatar = open(model, life.signal);
      return life.end;
    },
    render({ model, el, signal }) {
      const life = lifetime(signal);
      avatar ??= open(model, life.signal);
      const panel = new Panel(avatar, life.signal);
      el.append(panel.root);
      return life.end;
    },
  };
};
