import { expect, test } from "vitest";
import { type Fault, Recovery } from "../../../src/player/hls/recovery.ts";

/** What is done about one fault that shows again and again, a second apart. */
function remedies(fault: Fault, times: number): string[] {
  const recovery = new Recovery();
  return Array.from({ length: times }, (_, index) => recovery.next(fault, 1000 * index).remedy);
}

test("a lost connection is asked for again for ever, and now and then whether it has moved", () => {
  expect(remedies("network", 6)).toEqual(["again", "again", "again", ...Array(3).fill("refresh")]);
});

test("a part that is missing is waited for once, then skipped", () => {
  expect(remedies("missing", 3)).toEqual(["again", "skip", "skip"]);
});

test("a broken decoder is set up anew, then the stream, but not for ever", () => {
  const steps = ["decoder", "decoder", "reopen", "reopen", "give up", "give up"];
  expect(remedies("decoder", 6)).toEqual(steps);
});

test("at first it is asked for again soon, then each second, then each five seconds", () => {
  const recovery = new Recovery();
  const pauses = [0, 1, 2, 3, 10, 25].map((time) => recovery.next("network", 1000 * time).after);
  expect(pauses).toEqual([250, 500, 1000, 1000, 1000, 5000]);
});

test("it says what it does while it does it, and how long that took when it is over", () => {
  const recovery = new Recovery();
  expect(recovery.words).toBe("");
  recovery.next("network", 1000);
  recovery.next("network", 3000);
  expect(recovery.words).toContain("Connection lost");
  expect(recovery.healed(4500)).toEqual({ fault: "network", seconds: 3.5 });
  expect(recovery.words).toBe("");
  expect(recovery.count).toBe(1);
  expect(recovery.healed(5000)).toBeNull();
});

test("a fault that comes back after a good while is treated as the first", () => {
  const recovery = new Recovery();
  recovery.next("decoder", 0);
  recovery.healed(500);
  recovery.next("decoder", 1000);
  recovery.healed(1500);
  expect(recovery.next("decoder", 2000).remedy).toBe("reopen");
  recovery.healed(2500);
  expect(recovery.next("decoder", 60_000).remedy).toBe("decoder");
});
