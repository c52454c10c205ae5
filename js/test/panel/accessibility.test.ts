import axe from "axe-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cdp, page } from "vitest/browser";
import { find, resetPage, show } from "../model.ts";
import { floatingIn, frame, labNotebook } from "../notebook.ts";
import { forgetInstances } from "../stand_in.ts";
import { STATES } from "../states.ts";
import { THEMES, type ThemeName, wear } from "../themes.ts";
import "../../src/panel/widget.css";

beforeEach(resetPage);
afterEach(() => {
  forgetInstances();
  wear("plain");
});

/** What axe finds in the widget; that all of a page stand in landmarks is the notebook's to see to. */
async function findings(root: HTMLElement): Promise<string[]> {
  const { violations } = await axe.run(root, { rules: { region: { enabled: false } } });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ failureSummary, html }) => `${id}: ${html} ${failureSummary}`),
  );
}

const CASES = Object.keys(STATES).flatMap((state) =>
  (["light", "dark"] as const).map((theme) => [state, theme] as [string, ThemeName]),
);

test.each(CASES)("axe finds nothing when it is %s, in %s", async (state, theme) => {
  wear(theme);
  const widget = show();
  await STATES[state]?.(widget);
  expect(await findings(widget.root)).toEqual([]);
  widget.close();
});

const OTHERS = (Object.keys(THEMES) as ThemeName[]).filter(
  (theme) => !/^(light|dark)$/.test(theme),
);

test.each(OTHERS)("nor in the theme %s", async (theme) => {
  const widget = show({}, wear(theme));
  await STATES["speaking, transcript open"]?.(widget);
  expect(await findings(widget.root)).toEqual([]);
});

test.each([
  ["marimo-light", "rgb(255, 255, 255)", "rgb(15, 23, 42)"],
  ["marimo-dark", "rgb(24, 28, 26)", "rgb(236, 238, 237)"],
] as const)("in a shadow tree it has the colours of %s", (theme, ground, ink) => {
  const { root } = show({}, wear(theme));
  const { backgroundColor, color, colorScheme } = getComputedStyle(root);
  const scheme = theme.replace("marimo-", "");
  expect([backgroundColor, color, colorScheme]).toEqual([ground, ink, scheme]);
});

test("nothing moves by itself for those who want less motion", async () => {
  const motion = (value: string) => ({ features: [{ name: "prefers-reduced-motion", value }] });
  const { root } = show({ epoch: 1, status: "pending" });
  const moving = () => root.getAnimations({ subtree: true }).length;
  expect(moving()).toBeGreaterThan(1);
  await cdp().send("Emulation.setEmulatedMedia", motion("reduce"));
  await expect.poll(moving).toBe(0);
  await cdp().send("Emulation.setEmulatedMedia", motion(""));
  await expect.poll(moving).toBeGreaterThan(1);
});

test.each(["light", "dark"] as const)(
  "nor in the picture that floats, in any corner, in %s",
  async (theme) => {
    wear(theme);
    await floatingIn(labNotebook());
    for (let corners = 0; corners < 4; corners += 1) {
      expect(await findings(find(document, ".heygen-floating"))).toEqual([]);
      frame()?.querySelector<HTMLElement>('[aria-label="Move"]')?.click();
    }
  },
);

test("nor at 320 px", async () => {
  await page.viewport(320, 700);
  const widget = show();
  await STATES["speaking, transcript open"]?.(widget);
  expect(await findings(widget.root)).toEqual([]);
  await page.viewport(1000, 800);
});
