import { afterEach, beforeEach, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { PLAYER_VERSION, type SessionView } from "../src/protocol.ts";
import { find, Host, resetPage, show } from "./model.ts";
import { forgetInstances, instances, type StandIn, standInLibrary } from "./stand_in.ts";

beforeEach(resetPage);
afterEach(forgetInstances);

const LIVE = { epoch: 1, status: "streaming", hls_url: "https://stream.test/1.m3u8" };
const video = (root: HTMLElement) => find<HTMLVideoElement>(root, "video");

/** A widget whose session opens and streams, and the stand-in that plays it. */
async function playing(change: Partial<SessionView> = {}) {
  const shown = show();
  shown.model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
  shown.model.update({ epoch: 1, status: "creating" });
  shown.model.update({ ...LIVE, ...change });
  return { ...shown, hls: await nthInstance(0) };
}

async function nthInstance(index: number): Promise<StandIn> {
  await expect.poll(() => instances().length).toBeGreaterThan(index);
  const hls = instances()[index];
  if (!hls) throw new Error("no such instance");
  return hls;
}

test("no video and no hls.js is made before there is something to play", () => {
  const { root } = show({ epoch: 1, status: "pending" });
  expect(root.querySelector("video")).toBeNull();
});

test("a session that this page saw begin is played from its first word", async () => {
  const { hls } = await playing();
  expect(hls.config.startPosition).toBe(0);
});

test("a session that was running before is joined near its edge, a young one at its start", async () => {
  for (const [index, totalduration, distance] of [
    [0, 100, 0.65],
    [1, 5, 20],
  ] as const) {
    const { model } = show(LIVE);
    model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
    const hls = await nthInstance(index);
    expect(hls.config.startPosition).toBe(-1);
    const fragments = [{ duration: 0.4 }];
    hls.emit("level", { details: { startSN: 0, totalduration, fragments } });
    expect(hls).toHaveProperty("targetLatency", distance);
  }
});

test("a new view gets the same video; the older one says so and can take it back", async () => {
  const { host, root } = await playing();
  const before = video(root);
  const newer = host.render().root;
  expect(video(newer)).toBe(before);
  expect(root.querySelector("video")).toBeNull();
  expect(find(root, ".hw-elsewhere").checkVisibility()).toBe(true);
  await userEvent.click(find(root, ".hw-elsewhere button"));
  expect(video(root)).toBe(before);
  expect(find(newer, ".hw-elsewhere").textContent).toContain("Playing in another view");
  expect(instances()).toHaveLength(1);
});

test("when the view with the picture goes, the one before gets it back", async () => {
  const { host, root } = await playing();
  const newer = host.render();
  const before = video(newer.root);
  newer.close();
  expect(video(root)).toBe(before);
});

test("a view that goes takes only its own picture away", async () => {
  const { host, root, close } = await playing();
  const newer = host.render();
  close();
  expect(root.isConnected).toBe(false);
  expect(video(newer.root).isConnected).toBe(true);
});

test("a fresh address of the same stream does not restart it", async () => {
  const { model, hls } = await playing();
  model.update({ hls_url: "https://stream.test/1.m3u8?signed=again" });
  expect(instances()).toHaveLength(1);
  expect(hls.calls).toEqual(["loadSource https://stream.test/1.m3u8", "attachMedia"]);
});

test("a new session is a new stream in the same video", async () => {
  const { root, model, hls } = await playing();
  const before = video(root);
  model.update({ status: "completed" });
  model.update({ epoch: 2, status: "creating", hls_url: null });
  model.update({ ...LIVE, epoch: 2, hls_url: "https://stream.test/2.m3u8" });
  const second = await nthInstance(1);
  expect(hls.calls).toContain("destroy");
  expect(second.calls[0]).toBe("loadSource https://stream.test/2.m3u8");
  expect(video(root)).toBe(before);
});

test("a session that was over before it was seen streaming is still played", async () => {
  const { hls } = await playing({ status: "completed" });
  expect(hls.config.startPosition).toBe(0);
});

test("a session that was over before this page came is not played again", () => {
  const { root } = show({ ...LIVE, status: "completed" });
  expect(root.querySelector("video")).toBeNull();
});

test("after a fatal network error the stream is asked for again, at its newest address", async () => {
  const { model, hls } = await playing();
  const lost = { fatal: true, type: "networkError", details: "levelLoadError" };
  hls.emit("error", lost);
  await expect.poll(() => hls.calls).toContain("startLoad");
  model.update({ hls_url: "https://stream.test/1.m3u8?signed=again" });
  hls.emit("error", lost);
  const again = "loadSource https://stream.test/1.m3u8?signed=again";
  await expect.poll(() => hls.calls, { timeout: 3000 }).toContain(again);
});

test("after a fatal media error the decoder is set up anew, and not for ever", async () => {
  const { root, hls } = await playing();
  const broken = { fatal: true, type: "mediaError", details: "bufferAppendError" };
  for (let count = 0; count < 9; count += 1) hls.emit("error", broken);
  expect(hls.calls.filter((call) => call === "recoverMediaError")).toHaveLength(3);
  expect(root.dataset.playback).toBe("failed");
});

test("a stream the browser cannot decode is not tried again", async () => {
  const { root, hls, model } = await playing();
  const details = "manifestIncompatibleCodecsError";
  hls.emit("error", { fatal: true, type: "mediaError", details });
  expect(root.dataset.playback).toBe("failed");
  expect(model.kinds("playback").at(-1)).toMatchObject({ state: "failed", detail: details });
});

test("stopping hushes the avatar at once and keeps the last picture", async () => {
  const { root, model, hls } = await playing();
  model.update({ status: "cancelled" });
  expect(hls.calls).toContain("stopLoad");
  expect(hls.calls).not.toContain("destroy");
  expect(root.dataset.playback).toBe("ended");
});

test("after a stall the browser is made to go on once enough has arrived", async () => {
  const { root, hls } = await playing();
  let ahead = 0.1;
  const buffered = { get: () => ({ length: 1, start: () => 0, end: () => ahead }) };
  Object.defineProperty(video(root), "buffered", buffered);
  hls.latestLevelDetails = { live: true, fragments: [{ duration: 0.4 }] };
  video(root).dispatchEvent(new Event("playing"));
  video(root).dispatchEvent(new Event("waiting"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(video(root).currentTime).toBe(0);
  ahead = 0.8;
  await expect.poll(() => video(root).currentTime).toBeCloseTo(0.001);
});

test("each change of state is reported, with nothing but what the protocol knows", async () => {
  const { root, model } = await playing();
  video(root).dispatchEvent(new Event("playing"));
  video(root).dispatchEvent(new Event("waiting"));
  const reports = model.kinds("playback");
  expect(reports.map(({ state }) => state)).toEqual(["loading", "playing", "waiting"]);
  expect(reports.at(-1)).toEqual({
    kind: "playback",
    epoch: 1,
    state: "waiting",
    position: 0,
    latency: null,
    muted: false,
    stalls: 1,
    detail: "",
  });
});

test("while all goes well there is one report a second at most", async () => {
  const { root, model } = await playing();
  video(root).dispatchEvent(new Event("playing"));
  const before = model.kinds("playback").length;
  const began = performance.now();
  await expect.poll(() => model.kinds("playback").length, { timeout: 5000 }).toBe(before + 2);
  expect(performance.now() - began).toBeGreaterThan(1000);
});

test("sound that the browser refuses is offered by a button", async () => {
  // Every play() with sound is refused, as before the user has touched the page.
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    if (!this.muted) return Promise.reject(new DOMException("no gesture", "NotAllowedError"));
    return Promise.resolve();
  };
  const { root } = await playing();
  await expect.poll(() => video(root).muted).toBe(true);
  video(root).dispatchEvent(new Event("playing"));
  HTMLMediaElement.prototype.play = play;
  const button = find(root, ".hw-sound");
  expect(button.textContent).toBe("Turn sound on");
  await userEvent.click(button);
  expect(video(root).muted).toBe(false);
  expect(button.checkVisibility()).toBe(false);
});

test("words appear under the picture as they are spoken, those of an older session never", async () => {
  const { root, model } = await playing();
  const words = [{ word: "Hello", start: 0, end: 0.4 }];
  model.receive({ kind: "words", epoch: 0, first: 0, words: [{ word: "Old", start: 0, end: 1 }] });
  model.receive({ kind: "words", epoch: 1, first: 0, words });
  await expect.poll(() => find(root, ".hw-captions").textContent).toBe("Hello");
});

test("closing the model ends everything that listens", async () => {
  const { host, model, hls } = await playing();
  host.close();
  expect(model.listening).toBe(0);
  expect(hls.calls).toContain("destroy");
  const sent = model.sent.length;
  model.update({ status: "cancelled" });
  expect(model.sent).toHaveLength(sent);
});

test("hosts that pass no signal end a widget by the function they are given", () => {
  const host = new Host();
  const end = host.initialize() as () => void;
  end();
  expect(host.model.listening).toBe(0);
});
