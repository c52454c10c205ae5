import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { library } from "../src/library.ts";
import { PLAYER_VERSION } from "../src/protocol.ts";
import { Host, Model, resetPage } from "./model.ts";
import { standInLibrary } from "./stand_in.ts";

beforeEach(resetPage);
afterEach(() => {
  vi.useRealTimers();
});

const asked = (model: Model) => model.kinds("hello").map(({ player }) => player);

test("the library is asked for once, however many widgets the page has", () => {
  const hosts = Array.from({ length: 20 }, () => new Host());
  for (const host of hosts) host.initialize();
  expect(hosts.map(({ model }) => asked(model))).toEqual([[false], ...Array(19).fill([true])]);
});

test("one delivery serves all, and later widgets need none", async () => {
  const [first, second] = [new Host(), new Host()];
  first.initialize();
  second.initialize();
  first.model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
  expect((await library()).default.isSupported()).toBe(true);
  const third = new Host();
  third.initialize();
  expect(asked(third.model)).toEqual([true]);
});

test("when the widget that was to get the library is closed, another one asks", () => {
  const [first, second] = [new Host(), new Host()];
  first.initialize();
  second.initialize();
  first.close();
  expect(asked(second.model)).toEqual([true, false]);
});

test("while nothing comes the next one asks, whose kernel may not be busy", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const hosts = Array.from({ length: 4 }, () => new Host());
  for (const host of hosts) host.initialize();
  vi.advanceTimersByTime(1500);
  expect(hosts.map(({ model }) => asked(model).length)).toEqual([1, 2, 1, 1]);
  expect(asked(hosts[1]?.model ?? new Model())).toEqual([true, false]);
  vi.advanceTimersByTime(1500);
  expect(hosts.map(({ model }) => asked(model).length)).toEqual([1, 2, 2, 1]);
  hosts[1]?.model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
  await library();
  vi.advanceTimersByTime(60_000);
  expect(hosts.map(({ model }) => asked(model).length)).toEqual([1, 2, 2, 1]);
});

test("a library that cannot be run is told in the widget", async () => {
  const host = new Host();
  host.initialize();
  const { root } = host.render();
  const broken = new DataView(new TextEncoder().encode("this is no JavaScript").buffer);
  host.model.receive({ kind: "player", version: PLAYER_VERSION }, [broken]);
  await expect.poll(() => root.textContent).toContain("The player could not be loaded");
});

test("initialize never waits", () => {
  const host = new Host(new Model());
  Object.assign(host.model.session, { epoch: 3, status: "streaming", hls_url: "/never.m3u8" });
  expect(host.initialize()).not.toBeInstanceOf(Promise);
});
