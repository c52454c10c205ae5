import { expect, test } from "vitest";
import { formatCost, formatElapsed, Meter } from "../../src/model/meter.ts";
import { statusLine } from "../../src/model/status.ts";
import { IDLE } from "../../src/protocol.ts";

test.each([
  ["idle", null, "Ready"],
  ["creating", null, "Connecting…"],
  ["pending", null, "Waiting for HeyGen"],
  ["streaming", "loading", "Loading video…"],
  ["streaming", "playing", "Live"],
  ["streaming", "waiting", "Live, buffering…"],
  ["streaming", "paused", "Live, paused here"],
  ["streaming", "blocked", "Live, paused here"],
  ["streaming", "ended", "Finishing…"],
  ["streaming", "failed", "Live, no video"],
  ["streaming", "unsupported", "Live, no video"],
  ["draining", "playing", "Finishing…"],
  ["completed", "playing", "Finishing…"],
  ["completed", "ended", "Ended"],
  ["cancelled", "ended", "Stopped"],
  ["error", null, "Error"],
  ["being_upgraded", null, "Being upgraded"],
] as const)("%s with the player %s reads “%s”", (status, playback, text) => {
  expect(statusLine({ session: { ...IDLE, status }, playback }).text).toBe(text);
});

test("a session that waits for its turn says where it stands", () => {
  const session = { ...IDLE, status: "creating", place: "third in line, about 2 min" };
  const { text } = statusLine({ session, playback: null });
  expect(text).toBe("Third in line, about 2 min");
});

test.each([
  [{ end_reason: "final_marker" }, "Ended"],
  [{ end_reason: "idle_timeout" }, "Ended: no text for a while"],
  [{ end_reason: "idle_timeout", idle_timeout: 30 }, "Ended: no text for 30 s"],
  [{ end_reason: "limit" }, "Ended: limit reached"],
  [{ end_reason: "limit", limit: "max_cost" }, "Ended: cost limit"],
  [{ end_reason: "limit", limit: "longest" }, "Ended: one-hour limit"],
  [{ end_reason: "max_duration" }, "Ended: max duration"],
])("the end by %j reads “%s”", (end, text) => {
  const session = { ...IDLE, status: "completed", ...end };
  expect(statusLine({ session, playback: "ended" }).text).toBe(text);
});

test.each([
  ["unreachable", false, "No response from HeyGen"],
  ["unreachable", true, "No response from the avatar server"],
  ["stopping", true, "Stopping…"],
] as const)(
  "a server that does not answer, %s, is told whatever the player does",
  (state, rehearsal, text) => {
    const session = { ...IDLE, status: "streaming", state, rehearsal };
    for (const playback of ["playing", "recovering", "failed"] as const) {
      expect(statusLine({ session, playback, recovering: "Trying again…" }).text).toBe(text);
    }
  },
);

test("in a rehearsal nobody waits for HeyGen", () => {
  const session = { ...IDLE, status: "pending", rehearsal: true };
  expect(statusLine({ session, playback: null }).text).toBe("Waiting for the avatar");
});

test("what the player repairs is said, until it has given up", () => {
  const session = { ...IDLE, status: "streaming" };
  const recovering = "Connection lost, reconnecting…";
  expect(statusLine({ session, playback: "recovering", recovering }).text).toBe(recovering);
  expect(statusLine({ session, playback: "failed", recovering }).text).toBe("Live, no video");
});

test.each([
  ["excellent", "Live"],
  ["poor", "Live, poor connection"],
  ["lost", "Live, connection lost"],
  ["unknown", "Live"],
  [null, "Live"],
] as const)("a connection that is %s reads “%s”", (connection, text) => {
  const session = { ...IDLE, status: "streaming" };
  expect(statusLine({ session, playback: "playing", connection }).text).toBe(text);
});

test("a kernel that is gone is all that counts", () => {
  const session = { ...IDLE, status: "streaming" };
  expect(statusLine({ session, playback: "playing", kernelGone: true }).text).toBe("Kernel gone");
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
  [{ limit: "max_cost", limit_at: 41 }, null],
  [{ limit: "max_cost", limit_at: 38 }, "Ends in 8 s: cost limit"],
  [{ limit: "max_seconds", limit_at: 32 }, "Ends in 2 s: time limit"],
  [{ limit: "longest", limit_at: 400 }, null],
  [{ limit: "longest", limit_at: 300 }, "Ends in 4:30: one-hour limit"],
  [{ idle_at: 50 }, null],
  [{ idle_at: 42 }, "Ends in 12 s without more text"],
  [{ idle_at: 40, limit: "max_cost", limit_at: 37 }, "Ends in 7 s: cost limit"],
  [{ idle_at: 40, limit: "longest", limit_at: 300 }, "Ends in 10 s without more text"],
  [{ idle_at: 42, running: false }, null],
])("with 30 s on the meter and %j, the time left reads %j", (change, text) => {
  const meter = new Meter();
  meter.set({ ...IDLE, running: true, elapsed: 30, ...change }, 0);
  expect(meter.timeLeft(0)?.text ?? null).toBe(text);
});

test.each([
  [0, "0:00"],
  [12.9, "0:13"],
  [754, "12:34"],
  [3661, "1:01:01"],
])("%s seconds are written %s", (seconds, text) => {
  expect(formatElapsed(seconds)).toBe(text);
});

test("a cost is written as an estimate", () => {
  expect(formatCost(0.6)).toBe("≈ $0.60");
  expect(formatCost(0.6, false)).toBe("≥ $0.60");
});
