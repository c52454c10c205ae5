// Elapsed time and cost, going on between the kernel's snapshots, and the time that is left.
// Knows how they are written.

import type { SessionView } from "../protocol.ts";
import { limitName } from "./status.ts";

type Snapshot = Pick<
  SessionView,
  | "elapsed"
  | "running"
  | "certain"
  | "price_per_second"
  | "rehearsal"
  | "limit_at"
  | "limit"
  | "idle_at"
>;

/** What will end the session soon. */
export interface TimeLeft {
  seconds: number;
  /** Why, in words that do not change while the seconds do. */
  why: string;
  text: string;
}

/** Seconds ahead from which the end by a limit is told; the server's own is known long before. */
const TELL_LIMIT = 10;
const TELL_LONGEST = 300;
const TELL_IDLE = 15;

export class Meter {
  private snapshot: Snapshot | null = null;
  private takenAt = 0;

  /** Take over the kernel's figures, received at `now` (milliseconds, as of `performance.now()`). */
  set(session: SessionView, now: number): void {
    this.snapshot = session;
    this.takenAt = now;
  }

  /** Seconds on the meter at `now`. */
  elapsed(now: number): number {
    if (!this.snapshot) return 0;
    const since = this.snapshot.running ? (now - this.takenAt) / 1000 : 0;
    return this.snapshot.elapsed + since;
  }

  /** Dollars at `now`. */
  cost(now: number): number {
    return this.elapsed(now) * (this.snapshot?.price_per_second ?? 0);
  }

  /** The cost in words: `≈ $0.60`, in a rehearsal after `would`; "" where there is no price. */
  costText(now: number, would = "would cost"): string {
    if (!this.snapshot?.price_per_second) return "";
    return `${this.snapshot.rehearsal ? `${would} ` : ""}${formatCost(this.cost(now), this.snapshot.certain)}`;
  }

  /** What ends the session soon at `now`; null while that is far. */
  timeLeft(now: number): TimeLeft | null {
    if (!this.snapshot?.running) return null;
    const { limit, limit_at, idle_at } = this.snapshot;
    const elapsed = this.elapsed(now);
    const until = (at: number | null) =>
      at === null ? Number.POSITIVE_INFINITY : Math.max(0, at - elapsed);
    const ending = until(limit_at);
    const idle = until(idle_at);
    if (idle <= TELL_IDLE && idle < ending) return ends(idle, "without more text");
    if (ending > (limit === "longest" ? TELL_LONGEST : TELL_LIMIT)) return null;
    return ends(ending, limitName(limit));
  }
}

function ends(seconds: number, why: string): TimeLeft {
  const whole = Math.ceil(seconds);
  const time = whole < 60 ? `${whole} s` : formatElapsed(whole);
  const separator = why.startsWith("without") ? "" : ":";
  return { seconds, why, text: `Ends in ${time}${separator} ${why}` };
}

/** Write seconds as `0:07`, `12:30` or `1:00:00`, rounded as in the table of `sessions()`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** Write dollars as an estimate, `≈ $0.60`; as `≥ $0.60` where nobody knows of more. */
export function formatCost(dollars: number, certain = true): string {
  return `${certain ? "≈" : "≥"} $${dollars.toFixed(2)}`;
}
