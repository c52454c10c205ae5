import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NARROWEST, USUAL } from "../../src/floating/corner.ts";
import { recall, remember } from "../../src/floating/memory.ts";
import { resetPage } from "../model.ts";

const KEY = "heygen_widget.floating";
const TOP_LEFT = { corner: { top: true, left: true }, width: 400 };
const FIRST = { corner: { top: false, left: false }, width: USUAL };

beforeEach(() => {
  resetPage();
  localStorage.clear();
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("at first it is in the bottom right", () => {
  expect(recall()).toEqual(FIRST);
});

test("corner and width outlast the page", () => {
  remember(TOP_LEFT);
  resetPage();
  expect(recall()).toEqual(TOP_LEFT);
});

test.each(["", "null", "7", '{"corner":"top"}', '{"width":300}', '{"corner":{},"width":"wide"}'])(
  "what others have stored there, %j, does no harm",
  (stored) => {
    localStorage.setItem(KEY, stored);
    expect(recall()).toEqual(FIRST);
  },
);

test("a stored width is kept within the limits", () => {
  localStorage.setItem(KEY, JSON.stringify({ ...TOP_LEFT, width: -1 }));
  expect(recall()).toEqual({ ...TOP_LEFT, width: NARROWEST });
});

test("where nothing may be stored, the page remembers it while it is open", () => {
  for (const method of ["getItem", "setItem"] as const) {
    vi.spyOn(Storage.prototype, method).mockImplementation(() => {
      throw new DOMException("blocked", "SecurityError");
    });
  }
  remember(TOP_LEFT);
  expect(recall()).toEqual(TOP_LEFT);
});
