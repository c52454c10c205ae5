import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { chooseRoute, noteUnreachable } from "../../../src/player/hls/route.ts";
import { resetPage } from "../../model.ts";

beforeEach(resetPage);
afterEach(() => {
  vi.useRealTimers();
});

const LOCAL = "http://127.0.0.1:8123/hls/x/stream.m3u8";
const CLOUD = "https://stream.test/1.m3u8";

test.each([
  ["http://localhost:8888/lab", LOCAL, "direct"],
  ["http://localhost:8888/lab", CLOUD, "direct"],
  ["https://hub.test/user/ada/lab", CLOUD, "direct"],
  ["https://hub.test/user/ada/lab", LOCAL, "kernel"],
  ["http://192.168.1.5:8888/lab", LOCAL, "kernel"],
  ["https://hub.test/user/ada/lab", "http://stream.test/1.m3u8", "kernel"],
  ["https://hub.test/user/ada/lab", "https://10.0.0.7/1.m3u8", "kernel"],
  ["http://10.0.0.3:8888/lab", "http://10.0.0.7/1.m3u8", "direct"],
  ["vscode-webview://abc/index.html", LOCAL, "direct"],
])("a page at %s gets %s by the transport %s", (page, stream, transport) => {
  const route = chooseRoute("auto", stream, page);
  expect(route.transport).toBe(transport);
  expect(route.reason).not.toBe("");
});

test("what is asked for outweighs what is known", () => {
  expect(chooseRoute("direct", LOCAL, "https://hub.test/").transport).toBe("direct");
  expect(chooseRoute("kernel", CLOUD, "https://hub.test/").transport).toBe("kernel");
});

test("a server that this page could not reach is not tried again for a few minutes", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  noteUnreachable(CLOUD, "it did not respond");
  const again = chooseRoute("auto", "https://stream.test/2.m3u8", "https://hub.test/");
  expect(again).toEqual({ transport: "kernel", reason: "it did not respond" });
  expect(chooseRoute("auto", "https://other.test/1.m3u8", "https://hub.test/").transport).toBe(
    "direct",
  );
  vi.advanceTimersByTime(5 * 60_000);
  expect(chooseRoute("auto", CLOUD, "https://hub.test/").transport).toBe("direct");
});
