// What kind of page this is, and what it lets the widget do: for bug reports. Asks for nothing that
// the page does not know already, and leaves out where it is: its address may name the user.

import type { PageReport } from "../protocol.ts";
import { lackingCodec } from "./codecs.ts";

/** What only the pages of one host have in them; the first that fits. */
const HOSTS: readonly (readonly [selector: string, name: string])[] = [
  [":is(.vscode-light, .vscode-dark, .vscode-body)", "VS Code"],
  ["marimo-filename, marimo-island", "marimo"],
  ["body[data-voila]", "Voilà"],
  ["body[data-notebook]", "Jupyter Notebook"],
  ["body[data-jp-theme-light]", "JupyterLab"],
];

const LONGEST_NAME = 300;

/** The host that created this page; empty if unknown. */
export function hostOfPage(): string {
  if (location.hostname.endsWith(".googleusercontent.com")) return "Colab";
  return HOSTS.find(([selector]) => document.querySelector(selector))?.[1] ?? "";
}

/** Describe this page. */
export function describePage(): PageReport {
  return {
    host: hostOfPage(),
    browser: navigator.userAgent.slice(0, LONGEST_NAME),
    secure: isSecureContext,
    framed: window.top !== window,
    lacks: lackingCodec() ?? "",
    autoplay: autoplayPolicy(),
  };
}

/** What the page says of sound that starts by itself; empty where it does not say. */
function autoplayPolicy(): string {
  const { getAutoplayPolicy } = navigator as { getAutoplayPolicy?: (type: string) => string };
  if (getAutoplayPolicy) return getAutoplayPolicy.call(navigator, "mediaelement");
  // Chromium tells only whether a frame was denied it.
  const { featurePolicy } = document as {
    featurePolicy?: { allowsFeature(name: string): boolean };
  };
  return featurePolicy?.allowsFeature("autoplay") === false ? "disallowed" : "";
}
