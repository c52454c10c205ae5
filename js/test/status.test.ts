import { expect, test } from "vitest";
import { formatCost, formatElapsed, Meter } from "../src/meter.ts";
import { IDLE } from "../src/protocol.ts";
import { statusLine } from "../src/status.ts";

test.each([
  ["idle", null, "Ready"],
  ["creating", null, "Connecting…"],
  ["pending", null, "Waiting for the avatar…"],
  ["streaming", "loading", "Picture loading…"],
  ["streaming", "playing", "Live"],
  ["streaming", "waiting", "Live, buffering…"],
  ["streaming", "blocked", "Live, paused here"],
  ["streaming", "ended", "Finishing…"],
  ["streaming", "failed", "Live, but without picture"],
  ["draining", "playing", "Finishing…"],
  ["completed", "playing", "Finishing…"],
  ["completed", "ended", "Ended"],
  ["cancelled", "ended", "Stopped"],
  ["error", null, "Error"],
  ["being_upgraded", null, "Being upgraded"],
] as const)("%s with the player %s reads “%s”", (status, playback, text) => {
  expect(statusLine({ ...IDLE, status }, playback).text).toBe(text);
});

test.each([
  ["final_marker", "Ended"],
  ["idle_timeout", "Ended: no text for a while"],
  ["limit", "Ended: limit reached"],
  ["max_duration", "Ended: max duration"],
])("the end reason %s reads “%s”", (end_reason, text) => {
  expect(statusLine({ ...IDLE, status: "completed", end_reason }, "ended").text).toBe(text);
});

test("the meter goes on from the kernel's figure while it runs, and stands when it does not", () => {
  const meter = new Meter();
  const session = { ...IDLE, elapsed: 10, price_per_second: 0.05 };
  meter.set({ ...session, running: true }, 1000);
  expect(meter.elapsed(3000)).toBe(12);
  expect(meter.cost(3000)).toBeCloseTo(0.6);
  meter.set(session, 3000);
  expect(meter.elapsed(60_000)).toBe(10);
});

test.each([
  [0, "0:00"],
  [12.9, "0:12"],
  [754, "12:34"],
  [3661, "1:01:01"],
])("%s seconds are written %s", (seconds, text) => {
  expect(formatElapsed(seconds)).toBe(text);
});

test("a cost is written as an estimate", () => {
  expect(formatCost(0.6)).toBe("≈ $0.60");
});
