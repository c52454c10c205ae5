// When to say again what is said regularly: ever more rarely while the kernel does not hear, as all
// that it has not heard piles up before it. Time is what it is told, in milliseconds.

/** However long the kernel is busy, it is said this often. */
const LONGEST_MS = 120_000;

export class Backoff {
  private saidAt = Number.NEGATIVE_INFINITY;
  private pause: number;
  private answered = true;

  /** `shortest` is the pause while the kernel hears. */
  constructor(private readonly shortest: number) {
    this.pause = shortest;
  }

  /** Whether it is to be said again at `now`. */
  due(now: number): boolean {
    return now - this.saidAt >= this.pause;
  }

  /** It was said at `now`. */
  said(now: number): void {
    this.saidAt = now;
    this.pause = this.answered ? this.shortest : Math.min(LONGEST_MS, 2 * this.pause);
    this.answered = false;
  }

  /** The kernel has heard it. */
  heard(): void {
    this.answered = true;
    this.pause = this.shortest;
  }
}
