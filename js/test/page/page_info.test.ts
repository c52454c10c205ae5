import { afterEach, expect, test } from "vitest";
import { describePage, hostOfPage } from "../../src/page/page_info.ts";
import { resetPage } from "../model.ts";

afterEach(() => {
  resetPage();
  document.body.className = "";
  for (const name of Object.keys(document.body.dataset)) delete document.body.dataset[name];
});

test.each([
  ["VS Code", () => document.body.classList.add("vscode-dark")],
  ["marimo", () => document.body.append(document.createElement("marimo-filename"))],
  ["Jupyter Notebook", () => Object.assign(document.body.dataset, { notebook: "notebooks" })],
  ["Voilà", () => Object.assign(document.body.dataset, { voila: "voila" })],
  ["JupyterLab", () => {}],
  ["", () => delete document.body.dataset.jpThemeLight],
])("a page of %s is known by what its host puts there", (name, put) => {
  document.body.dataset.jpThemeLight = "true"; // as all of Jupyter have it
  put();
  expect(hostOfPage()).toBe(name);
});

test("a page tells what it can do, and not where it is", () => {
  const page = describePage();
  expect(page).toMatchObject({ lacks: "", secure: true });
  expect(page.browser).toContain("Chrome");
  expect(JSON.stringify(page)).not.toContain(location.host);
});

test("a page tells what of the stream it cannot decode", () => {
  const known = MediaSource.isTypeSupported;
  MediaSource.isTypeSupported = (type) => !type.includes("mp4a") && known(type);
  expect(describePage().lacks).toBe("sound (AAC)");
  MediaSource.isTypeSupported = known;
});
