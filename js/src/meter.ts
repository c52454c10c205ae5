// Elapsed time and cost, going on between the kernel's snapshots. Knows how both are written.

import type { SessionView } from "./protocol.ts";

export class Meter {
  private snapshot: Pick<SessionView, "elapsed" | "running" | "price_per_second"> | null = null;
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
}

/** Write seconds as `0:07`, `12:30` or `1:00:00`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** Write dollars as an estimate: `≈ $0.60`. */
export function formatCost(dollars: number): string {
  return `≈ $${dollars.toFixed(2)}`;
}
