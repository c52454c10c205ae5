import { describe, expect, test } from "vitest";
import {
  FASTEST_SILENT,
  FASTEST_SPEAKING,
  margin,
  RateController,
  SLOWEST,
} from "../../../src/player/hls/rate.ts";
import { type Run, simulate } from "../../simulation.ts";

const SEGMENTS = [0.2, 0.4, 1, 2, 6];

/** Mean of what was buffered ahead from `from` seconds on. */
function meanAhead(run: Run, from: number): number {
  const late = run.points.filter(({ time }) => time >= from);
  return late.reduce((sum, { ahead }) => sum + ahead, 0) / late.length;
}

describe("the rate", () => {
  const moments = Array.from({ length: 600 }, (_, index) => ({
    ahead: (index % 60) / 10,
    segment: SEGMENTS[index % SEGMENTS.length] ?? 1,
    speaking: index % 3 > 0,
    opening: index % 7 === 0,
  }));

  test("never exceeds its bounds, whatever is observed", () => {
    const controller = new RateController();
    for (const [index, moment] of moments.entries()) {
      if (index % 50 === 0) controller.stalled(index / 20, moment.segment);
      const { rate } = controller.advise({ time: index / 20, ...moment });
      expect(rate).toBeGreaterThanOrEqual(SLOWEST);
      expect(rate).toBeLessThanOrEqual(moment.speaking ? FASTEST_SPEAKING : FASTEST_SILENT);
    }
  });

  test("is 1 at the right distance", () => {
    const at = { segment: 0.4, speaking: true, opening: false, ahead: margin(0.4) };
    expect(new RateController().advise({ time: 0, ...at })).toEqual({ rate: 1, jump: 0 });
  });

  test("is higher in silence than over words", () => {
    const far = { time: 0, ahead: 2, segment: 0.4, opening: false };
    const silent = new RateController().advise({ ...far, speaking: false }).rate;
    const speaking = new RateController().advise({ ...far, speaking: true }).rate;
    expect(silent).toBeGreaterThan(speaking);
    expect(speaking).toBe(FASTEST_SPEAKING);
  });

  test("gives way to a jump when very far behind, which lands at the right distance", () => {
    const far = { time: 0, ahead: 9, segment: 0.4, speaking: true, opening: false };
    const { jump } = new RateController().advise(far);
    expect(far.ahead - jump).toBeCloseTo(margin(0.4));
  });

  test("never jumps over words not yet heard at the very start", () => {
    const opening = { time: 0, ahead: 9, segment: 0.4, speaking: false, opening: true };
    expect(new RateController().advise(opening)).toEqual({ rate: FASTEST_SPEAKING, jump: 0 });
  });
});

describe.each(SEGMENTS)("a stream of %s s segments", (segment) => {
  const settled = 60 + 20 * segment;

  test.each([true, false])("never starves in steady state (speaking: %s)", (speaking) => {
    for (const seed of [1, 2, 3, 4]) {
      const run = simulate({ segment, speaking, seed, seconds: 2 * settled });
      expect(run.stalls.filter((time) => time > settled)).toEqual([]);
    }
  });

  test("is played as close to its edge as is safe", () => {
    const run = simulate({ segment, speaking: true, seed: 5, seconds: 2 * settled });
    expect(meanAhead(run, settled)).toBeLessThan(1.35 * segment + 0.2);
  });

  test("is back at its distance after each of many freezes of a second, never left far behind", () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const at = settled + seed * 1.37;
      const seconds = at + 30 + 15 * segment;
      const freezes = [{ at, lasts: 1 }];
      const run = simulate({ segment, speaking: false, seed, seconds, freezes });
      expect(meanAhead(run, seconds - 8)).toBeLessThan(1.6 * segment + 0.4);
      const after = run.points.filter(({ time }) => time > at + 5);
      expect(Math.max(...after.map(({ latency }) => latency))).toBeLessThan(3 + 3 * segment);
    }
  });
});

test("a long freeze of a short-segment stream is made up for at once, even over words", () => {
  const freezes = [{ at: 30, lasts: 5 }];
  const run = simulate({ segment: 0.4, speaking: true, seed: 1, seconds: 60, freezes });
  const after = run.points.filter(({ time }) => time > 38);
  expect(Math.max(...after.map(({ latency }) => latency))).toBeLessThan(3.2);
});

test("distances are those measured to be safe: 0.45 s for 0.4 s segments, 0.25 s for 0.2 s", () => {
  expect(margin(0.4) + 0.2).toBeCloseTo(0.45);
  expect(margin(0.2) + 0.1).toBeCloseTo(0.25);
});
