import { expect, test } from "vitest";
import { Backoff } from "../../src/model/backoff.ts";

const HOUR = 3_600_000;

/** How often something is said within an hour, looked at each second. */
function saidInAnHour(backoff: Backoff, hears: boolean, from = 0): number {
  let count = 0;
  for (let now = from; now < from + HOUR; now += 1000) {
    if (!backoff.due(now)) continue;
    backoff.said(now);
    if (hears) backoff.heard();
    count += 1;
  }
  return count;
}

test("to a kernel that hears it is said as often as is due, to one that does not a few dozen times", () => {
  expect(saidInAnHour(new Backoff(5000), true)).toBe(720);
  expect(saidInAnHour(new Backoff(1000), false)).toBeLessThan(40);
});

test("when the kernel hears again it is told as often as before", () => {
  const backoff = new Backoff(1000);
  saidInAnHour(backoff, false);
  backoff.heard();
  expect(saidInAnHour(backoff, true, HOUR)).toBe(3600);
});
