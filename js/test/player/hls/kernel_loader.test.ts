import type { LoaderCallbacks, LoaderConfiguration, LoaderContext } from "hls.js";
import Hls from "hls.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KernelStream } from "../../../src/player/hls/kernel_loader.ts";
import { MOST_SECONDS } from "../../../src/player/hls/segment_store.ts";
import type { MediaMessage, RelayMessage } from "../../../src/protocol.ts";

let life: AbortController;
let sent: RelayMessage[];
/** As when the kernel has read what was sent last. */
let heard: () => void;
let stream: KernelStream;

beforeEach(() => {
  life = new AbortController();
  sent = [];
  const send = (message: RelayMessage, whenHeard: () => void) => {
    sent.push(message);
    heard = whenHeard;
  };
  stream = new KernelStream(3, send, life.signal);
});

afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

const bytes = (text: string) => new DataView(new TextEncoder().encode(text).buffer);

/** As the kernel does: push parts, by number, each 0.4 s long and named by its number. */
function push(numbers: number[], change: Partial<MediaMessage> = {}): void {
  const parts = numbers.map((number) => ({ number, seconds: 0.4, discontinuity: false }));
  const told = { init: 0, parts, ended: false, error: null, may_pass: false };
  const message = { kind: "media", epoch: 3, ...told } as const;
  const heads = change.init === null ? [] : [bytes("head")];
  stream.receive({ ...message, ...change }, [...heads, ...numbers.map((n) => bytes(`part ${n}`))]);
}

interface Outcome {
  data?: string;
  code?: number;
  timedOut?: boolean;
  aborted?: boolean;
}

/** As hls.js does: ask for something by a loader of its own. */
function ask(name: string, patience = 8000) {
  const loader = new stream.loader({} as never);
  const outcome = new Promise<Outcome>((resolve) => {
    const callbacks: LoaderCallbacks<LoaderContext> = {
      onSuccess: ({ data }) =>
        resolve({
          data: typeof data === "string" ? data : new TextDecoder().decode(data as ArrayBuffer),
        }),
      onError: ({ code }) => resolve({ code }),
      onTimeout: () => resolve({ timedOut: true }),
      onAbort: () => resolve({ aborted: true }),
    };
    const url = new URL(name, stream.url).href;
    const loadPolicy = { maxTimeToFirstByteMs: patience, maxLoadTimeMs: 20_000 };
    loader.load(
      { url, responseType: "" } as LoaderContext,
      { loadPolicy } as LoaderConfiguration,
      callbacks,
    );
  });
  return { loader, outcome };
}

const playlist = async (query = "") => (await ask(`stream.m3u8${query}`).outcome).data ?? "";

test("what was pushed is listed and can be had", async () => {
  push([0, 1]);
  expect(await playlist()).toBe(
    [
      "#EXTM3U",
      "#EXT-X-VERSION:8",
      "#EXT-X-TARGETDURATION:1",
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES",
      "#EXT-X-MEDIA-SEQUENCE:0",
      "#EXT-X-DISCONTINUITY-SEQUENCE:0",
      '#EXT-X-MAP:URI="init-0.mp4"',
      "#EXTINF:0.40000,",
      "0.m4s",
      "#EXTINF:0.40000,",
      "1.m4s",
      "",
    ].join("\n"),
  );
  expect(await ask("init-0.mp4").outcome).toEqual({ data: "head" });
  expect(await ask("1.m4s").outcome).toEqual({ data: "part 1" });
});

test("what has not come yet is waited for", async () => {
  const asked = ["stream.m3u8", "0.m4s", "stream.m3u8?_HLS_msn=1"].map((name) => ask(name).outcome);
  let answered = 0;
  for (const outcome of asked) void outcome.then(() => answered++);
  push([0]);
  await Promise.all(asked.slice(0, 2));
  expect(answered).toBe(2);
  push([1]);
  expect((await asked[2])?.data).toContain("1.m4s");
});

test("a load that nothing comes for times out; a reload gets the playlist as it is", async () => {
  expect(await ask("stream.m3u8", 20).outcome).toEqual({ timedOut: true });
  push([0]);
  expect(await ask("7.m4s", 20).outcome).toEqual({ timedOut: true });
  expect((await ask("stream.m3u8?_HLS_msn=1", 20).outcome).data).toContain("0.m4s");
});

test("an aborted load is never answered but by its end", async () => {
  const { loader, outcome } = ask("0.m4s");
  loader.abort();
  push([0]);
  expect(await outcome).toEqual({ aborted: true });
  expect(loader.stats.aborted).toBe(true);
});

test("a destroyed load says nothing more", async () => {
  const { loader, outcome } = ask("0.m4s");
  const said = vi.fn();
  void outcome.then(said);
  loader.destroy();
  push([0]);
  await new Promise((resolve) => setTimeout(resolve));
  expect(said).not.toHaveBeenCalled();
});

test("parts that were lost are gaps, and parts sent twice are listed once", async () => {
  push([4]);
  push([3, 4, 7]);
  const text = await playlist();
  expect(text).toContain("#EXT-X-MEDIA-SEQUENCE:4");
  expect(text.match(/#EXT-X-GAP\n#EXTINF:0.40000,\n[56]\.m4s/g)).toHaveLength(2);
  expect(text.match(/^4\.m4s$/gm)).toHaveLength(1);
  expect(await ask("5.m4s").outcome).toEqual({ code: 404 });
});

test("no more is kept than the window, and breaks that left it are counted", async () => {
  const count = Math.ceil((MOST_SECONDS * 2) / 0.4);
  for (let number = 0; number < count; number += 1) push([number]);
  const first = Number(/SEQUENCE:(\d+)/.exec(await playlist())?.[1]);
  expect((count - first) * 0.4).toBeLessThanOrEqual(MOST_SECONDS);
  expect(await ask("0.m4s").outcome).toEqual({ code: 404 });

  const broken = { number: count, seconds: 0.4, discontinuity: true };
  push([count], { parts: [broken], init: 1 });
  expect(await playlist()).toContain('#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-1.mp4"');
  for (let number = count + 1; number < 2 * count; number += 1) push([number], { init: 1 });
  expect(await playlist()).toContain("#EXT-X-DISCONTINUITY-SEQUENCE:1");
  expect(await ask("init-0.mp4").outcome).toEqual({ code: 404 });
});

test("streams without initialization sections are named as what they are", async () => {
  push([0], { init: null });
  const text = await playlist();
  expect(text).toContain("0.ts");
  expect(text).not.toContain("MAP");
});

test("the end is listed", async () => {
  push([0]);
  push([], { init: null, ended: true });
  expect(await playlist("?_HLS_msn=1")).toContain("#EXT-X-ENDLIST");
});

test("when the kernel gives up loads fail, until it is asked to begin again", async () => {
  push([0]);
  push([], { init: null, error: "The stream is encrypted." });
  expect(stream.error).toBe("The stream is encrypted.");
  expect(stream.refusal).toBe("The stream is encrypted.");
  expect(await ask("0.m4s").outcome).toEqual({ code: 0 });
  stream.want();
  expect(sent.at(-1)).toMatchObject({ wanted: true, next: 1 });
  expect(await ask("0.m4s").outcome).toEqual({ data: "part 0" });
});

test("what may pass is no refusal, and a kernel that gave up is not told that the page is there", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  stream.want();
  vi.advanceTimersByTime(60_000);
  push([], { init: null, error: "The stream does not answer.", may_pass: true });
  expect(stream.error).toBe("The stream does not answer.");
  expect(stream.refusal).toBeNull();
  expect(sent).toHaveLength(1);
});

test("the kernel is told that a page listens, again and again while parts come", () => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  stream.want();
  stream.want();
  expect(sent).toEqual([
    { kind: "relay", epoch: 3, page: sent[0]?.page, wanted: true, next: null },
  ]);
  for (let number = 0; number < 30; number += 1) {
    vi.advanceTimersByTime(400);
    push([number]);
    heard();
  }
  expect(sent.map(({ wanted }) => wanted)).toEqual([true, true, true]);
  expect(new Set(sent.map(({ page }) => page)).size).toBe(1);
});

test("before a kernel that hears nothing for an hour few signs pile up", () => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  stream.want();
  for (let number = 0; number < 9000; number += 1) {
    vi.advanceTimersByTime(400);
    push([number]);
  }
  expect(sent.length).toBeLessThan(40);
  heard();
  const before = sent.length;
  for (const number of [9000, 9001, 9002]) {
    vi.advanceTimersByTime(5000);
    push([number]);
    heard();
  }
  expect(sent.length).toBeGreaterThan(before + 1);
});

test("when nothing comes the kernel is asked again, but not after the end", () => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  stream = new KernelStream(3, (message) => sent.push(message), life.signal);
  stream.want();
  push([0, 1]);
  vi.advanceTimersByTime(6000);
  expect(sent.at(-1)).toMatchObject({ wanted: true, next: 2 });
  push([], { init: null, ended: true });
  const before = sent.length;
  vi.advanceTimersByTime(60_000);
  expect(sent).toHaveLength(before);
});

test("a page that does not listen says so once, keeps nothing, and may change its mind", async () => {
  push([0]);
  stream.decline();
  stream.decline();
  expect(sent.map(({ wanted }) => wanted)).toEqual([false]);
  push([1]);
  expect(await ask("stream.m3u8", 20).outcome).toEqual({ timedOut: true });
  stream.want();
  push([2]);
  expect(await playlist()).toContain("2.m4s");
});

test("the kernel is told when the model ends", () => {
  stream.want();
  life.abort();
  expect(sent.map(({ wanted }) => wanted)).toEqual([true, false]);
});

test("a stream that is not wanted leaves nothing running, and nothing with the model", () => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  const listening = vi.spyOn(life.signal, "addEventListener");
  stream = new KernelStream(4, (message) => sent.push(message), life.signal);
  expect(listening).not.toHaveBeenCalled();
  stream.want();
  stream.decline();
  expect(vi.getTimerCount()).toBe(0);
  life.abort();
  expect(sent.map(({ wanted }) => wanted)).toEqual([true, false]);
});

test("hls.js reads its playlist, follows it and loads its parts", async () => {
  const hls = new Hls({ loader: stream.loader, enableWorker: false });
  const video = document.createElement("video");
  const levels = new Promise<number[]>((resolve) => {
    const ends: number[] = [];
    hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => {
      ends.push(details.endSN);
      if (details.endSN === 0) push([1]);
      if (details.endSN === 1) resolve(ends);
    });
  });
  const loaded = new Promise<string>((resolve) => {
    hls.on(Hls.Events.FRAG_LOADED, (_, { payload }) => resolve(new TextDecoder().decode(payload)));
  });
  hls.loadSource(stream.url);
  hls.attachMedia(video);
  push([0]);
  expect(await levels).toEqual([0, 1]);
  expect(await loaded).toMatch(/^(head|part \d)$/);
  hls.destroy();
});
