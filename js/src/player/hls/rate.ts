// Keeps a live player at its distance to the live edge by its playback rate. Pure arithmetic: knows
// neither <video> nor hls.js, and time is what it is told.
//
// What is buffered ahead rises by one segment when that arrives and falls while it is played. The
// low points in between are what a late segment eats into, so these are held at a margin.

/** What the player sees at one moment. All in seconds. */
export interface Observation {
  time: number;
  /** Buffered ahead of what is being shown. */
  ahead: number;
  /** Duration of the stream's segments. */
  segment: number;
  /** Whether someone speaks, or might. */
  speaking: boolean;
  /** Whether the first words have yet to be heard: nothing may be jumped over. */
  opening: boolean;
}

export interface Advice {
  rate: number;
  /** Seconds to jump forward; 0 as a rule. */
  jump: number;
}

/** Time-stretched speech is still natural up to here. */
export const FASTEST_SPEAKING = 1.1;
export const FASTEST_SILENT = 1.4;
export const SLOWEST = 0.94;

/** Seconds too far behind from which catching up by rate would take too long. */
export const JUMP_BEYOND = 2.4;

/** Seconds around the right distance in which the rate is left alone: stretching sound costs quality. */
const TOLERANCE = 0.04;

/** Seconds that the low points of the buffer are held at: more for longer segments, which arrive less evenly. */
export function margin(segment: number): number {
  return 0.05 + segment / 2;
}

export class RateController {
  private lows: { time: number; ahead: number }[] = [];
  private widening = 0;
  private widenedAt = 0;

  /** Playback ran dry at `time`: keep a little more for a while. */
  stalled(time: number, segment: number): void {
    const most = segment + 0.3;
    this.widening = Math.min(most, this.widened(time, segment) + 0.1 + 0.1 * segment);
    this.widenedAt = time;
    this.lows = [];
  }

  advise(now: Observation): Advice {
    const excess = this.lowest(now) - margin(now.segment) - this.widened(now.time, now.segment);
    if (excess > JUMP_BEYOND && !now.opening) {
      this.lows = [];
      return { rate: 1, jump: excess };
    }
    return { rate: rateFor(excess, now), jump: 0 };
  }

  /** Least that was buffered ahead over the last two segments or so. */
  private lowest({ time, ahead, segment }: Observation): number {
    const from = time - Math.max(1, 2.2 * segment);
    while (this.lows[0] && this.lows[0].time < from) this.lows.shift();
    // A value that a later, lower one follows is never the lowest again.
    while ((this.lows.at(-1)?.ahead ?? -1) >= ahead) this.lows.pop();
    this.lows.push({ time, ahead });
    return this.lows[0]?.ahead ?? ahead;
  }

  /** What is left of the widening after stalls; halves every seven seconds, or four segments if that is longer. */
  private widened(time: number, segment: number): number {
    return this.widening * 0.5 ** ((time - this.widenedAt) / Math.max(7, 4 * segment));
  }
}

function rateFor(excess: number, { segment, speaking, opening }: Observation): number {
  if (Math.abs(excess) < TOLERANCE) return 1;
  // A low point shows what a rate has done only a segment later: longer segments, gentler steps.
  const gain = Math.min(speaking ? 0.5 : 1, 0.4 / segment);
  const fastest = speaking || opening ? FASTEST_SPEAKING : FASTEST_SILENT;
  const rate = 1 + gain * excess;
  return Math.round(100 * Math.min(fastest, Math.max(SLOWEST, rate))) / 100;
}
