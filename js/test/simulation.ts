// A live stream and a player on paper: segments arrive with jitter and after freezes, the player
// plays what it has at the rate the controller advises. Deterministic for a seed.

import { RateController } from "../src/player/hls/rate.ts";

export interface Point {
  time: number;
  ahead: number;
  /** Seconds between what is being published and what is being shown. */
  latency: number;
  rate: number;
}

export interface Run {
  points: Point[];
  /** When playback ran dry. */
  stalls: number[];
}

export interface Setting {
  segment: number;
  speaking: boolean;
  seed: number;
  seconds: number;
  /** Times in which nothing arrives; all that was held up comes when they end. */
  freezes?: { at: number; lasts: number }[];
}

const TICK = 0.05;

export function simulate({ segment, speaking, seed, seconds, freezes = [] }: Setting): Run {
  const random = randomNumbers(seed);
  const arrivals = arrivalTimes(segment, seconds, random, freezes);
  const controller = new RateController();
  const run: Run = { points: [], stalls: [] };
  let time = (arrivals[0] ?? 0) + 0.3;
  let arrived = 1;
  let position = 0;
  let dry = false;
  let rate = 1;
  for (; time < seconds; time += TICK) {
    while ((arrivals[arrived] ?? Number.POSITIVE_INFINITY) <= time) arrived += 1;
    const end = arrived * segment;
    if (!dry) position = Math.min(end, position + rate * TICK);
    const ahead = end - position;
    if (!dry && ahead <= 0) {
      run.stalls.push(time);
      controller.stalled(time, segment);
    }
    // A browser goes on as soon as it has a few frames.
    dry = ahead < (dry ? 0.1 : 1e-6);
    if (!dry) {
      const advice = controller.advise({ time, ahead, segment, speaking, opening: position < 3 });
      position += advice.jump;
      rate = advice.rate;
    }
    run.points.push({ time, ahead: end - position, latency: time - position, rate });
  }
  return run;
}

/** When each segment can be played: complete, published, noticed and fetched, in order. */
function arrivalTimes(
  segment: number,
  seconds: number,
  random: () => number,
  freezes: { at: number; lasts: number }[],
): number[] {
  const arrivals: number[] = [];
  let last = 0;
  for (let number = 0; number * segment < seconds; number += 1) {
    let time = (number + 1) * segment + 0.03 + random() * 0.35 * segment;
    for (const { at, lasts } of freezes) if (time >= at && time < at + lasts) time = at + lasts;
    last = Math.max(last, time);
    arrivals.push(last);
  }
  return arrivals;
}

/** Mulberry32: the same numbers for the same seed, in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
