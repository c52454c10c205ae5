import { expect, test } from "vitest";
import {
  allowedWidth,
  CORNERS,
  cornerTowards,
  NARROWEST,
  nameOf,
  nearestCorner,
  nextCorner,
  nextWidth,
  USUAL,
  WIDEST,
  widthTowards,
} from "../../src/floating/corner.ts";

const AREA = new DOMRect(100, 50, 1000, 800);

test("a click goes through all four corners, clockwise", () => {
  const [first = { top: false, left: false }] = CORNERS;
  const visited = [first];
  for (let times = 0; times < 3; times += 1) visited.push(nextCorner(visited.at(-1) ?? first));
  expect(visited.map(nameOf)).toEqual(["Bottom right", "Bottom left", "Top left", "Top right"]);
  expect(nextCorner(visited.at(-1) ?? first)).toEqual(first);
});

test.each([
  ["ArrowUp", "Top right"],
  ["ArrowDown", "Bottom right"],
  ["ArrowLeft", "Bottom left"],
  ["ArrowRight", "Bottom right"],
])("%s leads from the bottom right to: %s", (key, name) => {
  const corner = cornerTowards(key, { top: false, left: false });
  expect(corner && nameOf(corner)).toBe(name);
});

test("other keys lead nowhere", () => {
  expect(cornerTowards("a", { top: false, left: false })).toBeNull();
  expect(widthTowards("a", USUAL)).toBeNull();
});

test.each([
  [new DOMRect(110, 60, 280, 158), "Top left"],
  [new DOMRect(700, 60, 280, 158), "Top right"],
  [new DOMRect(110, 600, 280, 158), "Bottom left"],
  [new DOMRect(900, 700, 280, 158), "Bottom right"],
])("what is let go at %j is in the corner that is nearest", (frame, name) => {
  expect(nameOf(nearestCorner(frame, AREA))).toBe(name);
});

test("no width is beyond the limits", () => {
  expect([-5, 300.4, 1e9].map(allowedWidth)).toEqual([NARROWEST, 300, WIDEST]);
  expect(widthTowards("ArrowUp", WIDEST)).toBe(WIDEST);
  expect(widthTowards("ArrowDown", NARROWEST)).toBe(NARROWEST);
  expect([widthTowards("Home", USUAL), widthTowards("End", USUAL)]).toEqual([NARROWEST, WIDEST]);
});

test("clicks go through the sizes that there is room for", () => {
  const sizes = [USUAL];
  for (let times = 0; times < 3; times += 1) sizes.push(nextWidth(sizes.at(-1) ?? 0, 1000));
  expect(sizes).toEqual([280, 400, 200, 280]);
  expect(nextWidth(280, 300)).toBe(200);
});
