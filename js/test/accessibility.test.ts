import axe from "axe-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import { resetPage, show } from "./model.ts";
import { forgetInstances } from "./stand_in.ts";
import { STATES } from "./states.ts";
import { type ThemeName, wear } from "./themes.ts";
import "../src/widget.css";

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

test.each(["vscode-dark", "colab-dark", "plain"] as const)("nor in the theme %s", async (theme) => {
  wear(theme);
  const widget = show();
  await STATES["speaking, transcript open"]?.(widget);
  expect(await findings(widget.root)).toEqual([]);
});

test("nor at 320 px", async () => {
  await page.viewport(320, 700);
  const widget = show();
  await STATES["speaking, transcript open"]?.(widget);
  expect(await findings(widget.root)).toEqual([]);
  await page.viewport(1000, 800);
});
