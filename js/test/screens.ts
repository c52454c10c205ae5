// Takes pictures of the widget in every state, in light and dark, into `screenshots/`.

import { afterEach, beforeEach, expect, test } from "vitest";
import { cdp, page, userEvent } from "vitest/browser";
import { find, resetPage, show } from "./model.ts";
import { floatingIn, labNotebook, speakingIn } from "./notebook.ts";
import { forgetInstances } from "./stand_in.ts";
import { STATES, type Widget } from "./states.ts";
import { type ThemeName, wear } from "./themes.ts";
import "../src/panel/widget.css";

beforeEach(() => {
  resetPage();
  localStorage.clear();
});
afterEach(() => {
  forgetInstances();
  wear("plain");
});

const ALL = Object.keys(STATES);
const TYPICAL = ["idle", "speaking, transcript open", "text refused", "refused"];
const SETS: { theme: ThemeName; width: number; states: string[] }[] = [
  { theme: "light", width: 720, states: ALL },
  { theme: "dark", width: 720, states: ALL },
  { theme: "light", width: 320, states: ALL },
  { theme: "dark", width: 320, states: TYPICAL },
  { theme: "vscode-light", width: 720, states: TYPICAL },
  { theme: "vscode-dark", width: 720, states: TYPICAL },
  { theme: "colab-light", width: 720, states: TYPICAL },
  { theme: "colab-dark", width: 720, states: TYPICAL },
  { theme: "marimo-light", width: 720, states: TYPICAL },
  { theme: "marimo-dark", width: 720, states: TYPICAL },
  { theme: "plain", width: 480, states: TYPICAL },
  { theme: "dark", width: 1000, states: TYPICAL },
];
const MARGIN = 12;

for (const { theme, width, states } of SETS) {
  test.each(states)(`${theme}, ${width} px: %s`, async (state) => {
    const widget = await led(state, theme, width);
    await shoot(`${theme}-${width}`, state, framed(widget, width));
  });
}

test("full screen, in use and at rest", async () => {
  const { root } = await led("speaking, transcript open", "light", 1280);
  await userEvent.click(find(root, '[aria-label="Full screen"]'));
  await shoot("full-screen", "in use", root);
  root.classList.add("hw-rest");
  await shoot("full-screen", "at rest", root);
  await document.exitFullscreen();
});

test.each(TYPICAL)("colours that the user has set for all: %s", async (state) => {
  const colours = (value: string) => ({ features: [{ name: "forced-colors", value }] });
  await cdp().send("Emulation.setEmulatedMedia", colours("active"));
  await shoot("forced-colours", state, framed(await led(state, "plain", 720), 720));
  await cdp().send("Emulation.setEmulatedMedia", colours("none"));
});

const ROOMS: [ThemeName, number][] = [
  ["light", 760],
  ["dark", 760],
  ["light", 320],
];

test.each(ROOMS)("floating in a notebook, %s, %i px", async (theme, width) => {
  await page.viewport(width + 4 * MARGIN, 700);
  wear(theme);
  const { panel } = await floatingIn(labNotebook(width));
  panel.style.background = "var(--jp-layout-color1)";
  panel.style.color = "var(--jp-ui-font-color1)";
  for (const corner of ["bottom right", "bottom left", "top left", "top right"]) {
    await shoot(`floating-${theme}-${width}`, corner, panel);
    find(panel, '.heygen-floating [aria-label="Move"]').click();
  }
  find(panel, '.heygen-floating [aria-label="Size"]').focus();
  await userEvent.keyboard("{End}");
  await shoot(`floating-${theme}-${width}`, "as wide as can be", panel);
  await userEvent.keyboard("{Home}{Tab}");
  await shoot(`floating-${theme}-${width}`, "as narrow as can be", panel);
});

test("floating, in colours that the user has set for all", async () => {
  const colours = (value: string) => ({ features: [{ name: "forced-colors", value }] });
  await page.viewport(900, 700);
  await cdp().send("Emulation.setEmulatedMedia", colours("active"));
  const { panel } = await floatingIn(labNotebook());
  await shoot("forced-colours", "floating", panel);
  await cdp().send("Emulation.setEmulatedMedia", colours("none"));
});

test("where it cannot float, the way to picture in picture", async () => {
  document.body.classList.add("vscode-body");
  wear("vscode-light");
  const { root, scroller } = await speakingIn(labNotebook());
  scroller.scrollTop = 2000;
  await expect.poll(() => find(root, ".hw-notice").textContent).not.toBe("");
  scroller.scrollTop = 0;
  await shoot("vscode-light-720", "floating is not possible", root);
});

async function led(state: string, theme: ThemeName, width: number): Promise<Widget> {
  await page.viewport(width + 4 * MARGIN, 760);
  const widget = show({}, wear(theme));
  await STATES[state]?.(widget);
  return widget;
}

/** The widget with some room around it. */
function framed({ root }: Widget, width: number): HTMLElement {
  const frame = root.parentElement as HTMLElement;
  Object.assign(frame.style, { width: `${width}px`, padding: `${MARGIN}px` });
  frame.style.boxSizing = "content-box";
  return frame;
}

async function shoot(folder: string, state: string, element: HTMLElement): Promise<void> {
  const path = `../../screenshots/${folder}/${state.replaceAll(/\W+/g, "-")}.png`;
  await page.screenshot({ path, element, animations: "disabled" } as never);
}
