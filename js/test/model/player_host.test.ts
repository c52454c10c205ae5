import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PlayerModule } from "../../src/model/player_host.ts";
import { Shelf } from "../../src/page/library.ts";
import { IDLE, PLAYER_VERSION } from "../../src/protocol.ts";
import { Host, Model, resetPage } from "../model.ts";
import { standInLibrary } from "../stand_in.ts";

beforeEach(resetPage);
afterEach(() => {
  vi.useRealTimers();
});

/** The module that the page has. */
const delivered = (name = "player") => new Shelf<PlayerModule>(`${name}@${PLAYER_VERSION}`).library;
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
  expect((await delivered()).SessionPlayer).toBeDefined();
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

test("an avatar in a room needs another library, and not before there is a room", async () => {
  const [streams, first, second] = [new Host(), new Host(), new Host()];
  for (const { model } of [first, second]) model.session = { ...IDLE, player: "room" };
  for (const host of [streams, first, second]) host.initialize();
  expect([asked(streams.model), asked(first.model), asked(second.model)]).toEqual([
    [false],
    [false], // says that the page lacks it, for the kernel to know
    [false],
  ]);
  // A kernel that gives it unasked, at the beginning of a session, is not asked any more.
  first.model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
  first.model.update({ epoch: 1, status: "creating" });
  second.model.update({ epoch: 1, status: "creating" });
  expect([asked(first.model), asked(second.model)]).toEqual([[false], [false]]);
  expect((await delivered("livekit")).SessionPlayer).toBeDefined();
});

test("the library for rooms is asked for at the beginning of a session, by one widget", () => {
  const hosts = [new Host(), new Host()];
  for (const host of hosts) {
    host.model.session = { ...IDLE, player: "room" };
    host.initialize();
    host.model.update({ epoch: 1, status: "creating" });
  }
  expect(hosts.map(({ model }) => asked(model))).toEqual([[false, false], [false]]);
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
  vi.advanceTimersByTime(3000); // what the first one was sent may have gone astray
  expect(hosts.map(({ model }) => asked(model).length)).toEqual([2, 2, 2, 2]);
  hosts[1]?.model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
  await delivered();
  vi.advanceTimersByTime(60_000);
  expect(hosts.map(({ model }) => asked(model).length)).toEqual([2, 2, 2, 2]);
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
