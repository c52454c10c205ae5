import type { Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext } from "hls.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { userEvent } from "vitest/browser";
import { type MediaMessage, PLAYER_VERSION, type SessionView } from "../../../src/protocol.ts";
import { find, Host, resetPage, show } from "../../model.ts";
import { forgetInstances, instances, type StandIn, standInLibrary } from "../../stand_in.ts";
import { STATES } from "../../states.ts";

beforeEach(resetPage);
afterEach(() => {
  forgetInstances();
  vi.useRealTimers();
});

const LIVE = {
  epoch: 1,
  status: "streaming",
  hls_url: "https://stream.test/1.m3u8",
  transport: "direct",
} as const;
const LEVEL = {
  live: true,
  startSN: 0,
  endSN: 9,
  targetduration: 1,
  fragments: [],
  totalduration: 4,
};
const LOST = { fatal: true, type: "networkError", details: "levelLoadError" };
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
  await expect.poll(() => newer.querySelector("video")).toBe(before);
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
  const before = video(root);
  await expect.poll(() => newer.root.querySelector("video")).toBe(before);
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

test("the last picture stays when the host draws the view anew, outside of the page at first", async () => {
  const { host, root, model, close } = await playing();
  video(root).dispatchEvent(new Event("playing"));
  model.update({ status: "completed" });
  video(root).dispatchEvent(new Event("ended"));
  expect(root.className).toContain("hw-has-picture");
  close();
  const output = document.createElement("div");
  const newer = host.render(output).root;
  document.body.append(output);
  await expect.poll(() => newer.className).toContain("hw-has-picture");
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

test("after a fatal network error the stream is asked for again, until it comes", async () => {
  const { model, root, hls } = await playing();
  hls.emit("level", { details: LEVEL });
  hls.latestLevelDetails = LEVEL;
  hls.emit("frag", {});
  video(root).dispatchEvent(new Event("playing"));
  hls.emit("error", LOST);
  await expect.poll(() => hls.calls).toContain("startLoad");
  expect(model.kinds("recovered")).toEqual([]);
  hls.emit("frag", {});
  expect(model.kinds("recovered").map(({ fault }) => fault)).toEqual(["network"]);
});

test("an address that is refused is asked for again, and its successor is opened at once", async () => {
  const { model, root, hls } = await playing();
  video(root).dispatchEvent(new Event("playing"));
  hls.emit("error", { ...LOST, response: { code: 403 } });
  expect(model.kinds("refresh")).toEqual([{ kind: "refresh", epoch: 1 }]);
  expect(find(root, ".hw-status").textContent).toContain("expired");
  model.update({ hls_url: "https://stream.test/1.m3u8?signed=again" });
  const again = await nthInstance(1);
  expect(again.calls[0]).toBe("loadSource https://stream.test/1.m3u8?signed=again");
  expect(hls.calls).toContain("destroy");
});

test("a segment that the server lacks is waited for once, then taken for a gap", async () => {
  const { root, hls } = await playing();
  const segment = { sn: 7, duration: 0.4, gap: false, tagList: [] };
  hls.latestLevelDetails = { ...LEVEL, fragments: [segment] };
  video(root).dispatchEvent(new Event("playing"));
  const lacking = { ...LOST, details: "fragLoadError", frag: segment, response: { code: 404 } };
  hls.emit("error", lacking);
  await expect.poll(() => hls.calls).toContain("startLoad");
  expect(segment.gap).toBe(false);
  hls.emit("error", lacking);
  await expect.poll(() => segment.gap).toBe(true);
  expect(segment.tagList).toEqual([["GAP"]]);
});

test("a page that cannot reach the stream turns to the kernel, once and for all avatars", async () => {
  const { model, hls } = await playing({ transport: "auto" });
  hls.emit("error", LOST);
  const relayed = await nthInstance(1);
  expect(hls.calls).toContain("destroy");
  expect(relayed.config).toHaveProperty("loader");
  expect(model.kinds("relay").at(-1)).toMatchObject({ epoch: 1, wanted: true });
  expect(model.kinds("playback").at(-1)).toMatchObject({ transport: "kernel" });
  const other = show({ ...LIVE, transport: "auto" });
  await nthInstance(2);
  expect(other.model.kinds("playback").at(-1)).toMatchObject({ transport: "kernel" });
});

/** As the kernel does when it cannot read the stream any further. */
const givenUp = (error: string, may_pass: boolean): MediaMessage => {
  const nothing = { init: null, parts: [], ended: false };
  return { kind: "media", epoch: 1, ...nothing, error, may_pass };
};

test("why the kernel can never hand the stream on is said in place, and Retry asks it again", async () => {
  const { model, root, hls } = await playing({ transport: "kernel" });
  model.receive(givenUp("The stream is encrypted.", false));
  hls.emit("error", LOST);
  expect(root.dataset.playback).toBe("failed");
  expect(find(root, ".hw-words").textContent).toContain("The stream is encrypted.");
  const before = model.kinds("relay").length;
  await userEvent.click(find(root, ".hw-start"));
  expect(model.kinds("relay").slice(before)).toMatchObject([{ epoch: 1, wanted: true }]);
});

test("a kernel that could not read the stream for a while is asked again", async () => {
  const { model, root, hls } = await playing({ transport: "kernel" });
  model.receive(givenUp("The stream does not answer.", true));
  const before = model.kinds("relay").length;
  hls.emit("error", LOST);
  expect(root.dataset.playback).toBe("recovering");
  await expect.poll(() => model.kinds("relay").slice(before)).toMatchObject([{ wanted: true }]);
  expect(hls.calls.at(-1)).toContain("loadSource");
});

test("while there is no view the kernel need not push, and does again when there is one", async () => {
  const { model, host, close, hls } = await playing({ transport: "kernel" });
  const wanted = () => model.kinds("relay").map((message) => message.wanted);
  expect(wanted()).toEqual([true]);
  close();
  await expect.poll(wanted).toEqual([true, false]);
  host.render();
  await expect.poll(wanted).toEqual([true, false, true]);
  expect(hls.calls.at(-1)).toContain("loadSource");
});

test("after a fatal media error the decoder is set up anew, then the stream, and not for ever", async () => {
  const { root, hls } = await playing();
  const broken = { fatal: true, type: "mediaError", details: "bufferAppendError" };
  const count = () => hls.calls.filter((call) => call === "recoverMediaError").length;
  for (const times of [1, 2]) {
    hls.emit("error", broken);
    await expect.poll(count).toBe(times);
  }
  for (const index of [1, 2]) {
    instances().at(-1)?.emit("error", broken);
    await nthInstance(index);
  }
  instances().at(-1)?.emit("error", broken);
  await expect.poll(() => root.dataset.playback).toBe("failed");
});

test("a stream the browser cannot decode is not tried again", async () => {
  const { root, hls, model } = await playing();
  const details = "manifestIncompatibleCodecsError";
  hls.emit("error", { fatal: true, type: "mediaError", details });
  expect(root.dataset.playback).toBe("unsupported");
  expect(model.kinds("playback").at(-1)).toMatchObject({ state: "unsupported", detail: details });
});

test("stopping hushes the avatar at once and keeps the last picture", async () => {
  const { root, model, hls } = await playing();
  model.update({ status: "cancelled" });
  expect(hls.calls).toContain("stopLoad");
  expect(hls.calls).not.toContain("destroy");
  expect(root.dataset.playback).toBe("ended");
});

test.each(["stopped", "ended, all said", "picture failed"])(
  "when it is %s the last picture stays, and all that brought it goes",
  async (state) => {
    const shown = show();
    await STATES[state]?.(shown);
    const { poster, currentTime } = video(shown.root);
    expect(poster).toMatch(/^data:image/);
    expect(currentTime).toBeGreaterThan(0);
    const hls = instances().at(-1);
    await expect.poll(() => hls?.calls).toContain("destroy");
    expect(hls?.calls.filter((call) => call === "destroy")).toHaveLength(1);
    expect(video(shown.root).poster).toBe(poster);
    expect(shown.root.className).toContain("hw-has-picture");
    const said = shown.model.kinds("playback").length;
    await userEvent.click(find(shown.root, '[aria-label="Captions"]'));
    expect(shown.model.kinds("playback")).toHaveLength(said);
  },
);

test("media that comes before there is a player is kept, but not without bound", async () => {
  const { model } = show({ ...LIVE, transport: "kernel" });
  const send = (number: number, bytes: number) => {
    const parts = [{ number, seconds: 0.4, discontinuity: false }];
    const told = { init: null, parts, ended: false, error: null, may_pass: false };
    const buffer = new DataView(new ArrayBuffer(bytes));
    model.receive({ kind: "media", epoch: 1, ...told }, [buffer]);
  };
  for (let number = 0; number < 10; number += 1) send(number, 5_000_000);
  model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
  const hls = await nthInstance(0);
  const { loader } = hls.config as { loader?: new () => Loader<LoaderContext> };
  if (!loader) throw new Error("not by way of the kernel");
  const playlist = await new Promise<string>((resolve, reject) => {
    const url = "https://kernel.invalid/1/stream.m3u8";
    const callbacks: LoaderCallbacks<LoaderContext> = {
      onSuccess: ({ data }) => resolve(String(data)),
      onTimeout: reject,
      onError: reject,
    };
    const loadPolicy = { maxTimeToFirstByteMs: 1000 };
    const configuration = { loadPolicy } as LoaderConfiguration;
    new loader().load({ url, responseType: "" } as LoaderContext, configuration, callbacks);
  });
  const listed = playlist.match(/^\d+(?=\.ts$)/gm);
  expect(listed).toEqual(["4", "5", "6", "7", "8", "9"]);
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
  expect([...new Set(reports.map(({ state }) => state))]).toEqual([
    "loading",
    "playing",
    "waiting",
  ]);
  expect(reports.at(-1)).toEqual({
    kind: "playback",
    epoch: 1,
    state: "waiting",
    position: 0,
    latency: null,
    sound: expect.stringMatching(/^(on|blocked)$/),
    stalls: 1,
    recoveries: 0,
    transport: "direct",
    reason: "as requested",
    detail: "",
  });
});

test("while all goes well there is one report a second at most", async () => {
  const { root, model } = await playing();
  model.hears = true;
  video(root).dispatchEvent(new Event("playing"));
  const before = model.kinds("playback").length;
  const began = performance.now();
  await expect.poll(() => model.kinds("playback").length).toBe(before + 2);
  expect(performance.now() - began).toBeGreaterThan(1000);
});

test("a kernel that hears nothing is told ever more rarely, but of each change at once", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  const { root, model } = await playing();
  video(root).dispatchEvent(new Event("playing"));
  const before = model.kinds("playback").length;
  vi.advanceTimersByTime(60_000);
  expect(model.kinds("playback").length - before).toBeLessThan(8);
  video(root).dispatchEvent(new Event("waiting"));
  expect(model.kinds("playback").at(-1)?.state).toBe("waiting");
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
  video(root).dispatchEvent(new Event("playing"));
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
