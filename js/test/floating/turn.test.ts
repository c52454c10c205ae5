import { beforeEach, expect, test } from "vitest";
import { type Floater, join, settle } from "../../src/floating/turn.ts";
import { resetPage } from "../model.ts";

/** An avatar on paper: out of sight, and live. */
class OnPaper implements Floater {
  live = true;
  wants = true;
  floats = false;
  readonly life = new AbortController();

  constructor(public spokeAt: number) {
    join(this, this.life.signal);
  }

  float(on: boolean): void {
    this.floats = on;
  }
}

const floating = (...all: OnPaper[]) => all.map(({ floats }) => floats);

beforeEach(resetPage);

test("of many avatars out of sight the one that spoke last floats, alone", () => {
  const all = [new OnPaper(10), new OnPaper(30), new OnPaper(20)];
  settle();
  expect(floating(...all)).toEqual([false, true, false]);
});

test("one that begins to speak takes over", () => {
  const [one, other] = [new OnPaper(10), new OnPaper(30)];
  settle();
  one.spokeAt = Number.POSITIVE_INFINITY;
  settle();
  expect(floating(one, other)).toEqual([true, false]);
});

test("nothing floats while the one that speaks is in sight", () => {
  const [speaking, silent] = [new OnPaper(Number.POSITIVE_INFINITY), new OnPaper(10)];
  speaking.wants = false;
  settle();
  expect(floating(speaking, silent)).toEqual([false, false]);
});

test("of two that speak at once the one out of sight floats, and keeps floating", () => {
  const [here, away] = [
    new OnPaper(Number.POSITIVE_INFINITY),
    new OnPaper(Number.POSITIVE_INFINITY),
  ];
  here.wants = false;
  settle();
  expect(floating(here, away)).toEqual([false, true]);
  here.wants = true;
  settle();
  expect(floating(here, away)).toEqual([false, true]);
});

test("one that has ended, or is in a hidden tab, does not count", () => {
  const [over, live] = [new OnPaper(30), new OnPaper(10)];
  over.live = over.wants = false;
  settle();
  expect(floating(over, live)).toEqual([false, true]);
});

test("when the one that floats is closed, it is the next one's turn", () => {
  const [one, other] = [new OnPaper(10), new OnPaper(30)];
  settle();
  other.life.abort();
  expect(floating(one)).toEqual([true]);
});
