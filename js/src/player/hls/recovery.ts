// What to do when playback breaks, in which order and how often. Decides, remembers and counts;
// knows neither <video> nor hls.js, and time is what it is told.

/** What can break. */
export type Fault = "network" | "missing" | "expired" | "stalled" | "decoder";

/** What can be done about it. */
export type Remedy =
  /** Ask for the same again. */
  | "again"
  /** Go on without the part that is missing. */
  | "skip"
  /** Ask for a newer URL; until one arrives, keep using the old one. */
  | "refresh"
  /** Restart the decoder and continue with the loaded media. */
  | "decoder"
  /** Reopen the stream near its live edge. */
  | "reopen"
  | "give up";

export interface Step {
  remedy: Remedy;
  /** Milliseconds to wait before. */
  after: number;
}

/** A fault that is over. */
export interface Recovered {
  fault: Fault;
  /** How long it took. */
  seconds: number;
}

const WORDS: Record<Fault, string> = {
  network: "Connection lost, reconnecting…",
  missing: "Part of the stream is missing, skipping it…",
  expired: "The stream's URL has expired, requesting a new one…",
  stalled: "The stream has stalled, trying to resume…",
  decoder: "Video decoding failed, restarting it…",
};

/** What is tried, one after the other; the last one again and again. */
const LADDERS: Record<Fault, readonly Remedy[]> = {
  network: ["again", "again", "again", "refresh"],
  // It may only be late: a playlist can name a part before every server has it.
  missing: ["again", "skip"],
  expired: ["refresh"],
  stalled: ["again", "refresh", "reopen"],
  decoder: ["decoder", "decoder", "reopen", "reopen", "give up"],
};

const FIRST_PAUSE_MS = 250;
/** A live stream does not wait: up to here, pauses stay short. */
const IMPATIENT_MS = 20_000;
const SHORT_PAUSE_MS = 1000;
const LONG_PAUSE_MS = 5000;
/** After so long without a fault, the next one is the first again. */
const FORGET_MS = 20_000;

export class Recovery {
  /** Times playback came back. */
  count = 0;
  private current: { fault: Fault; since: number } | null = null;
  private readonly tried = new Map<Fault, number>();
  private healedAt = 0;

  /** What is being done about what is broken now, for the user; empty when nothing is. */
  get words(): string {
    return this.current ? WORDS[this.current.fault] : "";
  }

  /** What to do about a fault that shows at `now` (milliseconds). */
  next(fault: Fault, now: number): Step {
    if (!this.current && now - this.healedAt > FORGET_MS) this.tried.clear();
    this.current ??= { fault, since: now };
    this.current.fault = fault;
    const tries = this.tried.get(fault) ?? 0;
    this.tried.set(fault, tries + 1);
    const ladder = LADDERS[fault];
    const remedy = ladder[Math.min(tries, ladder.length - 1)] ?? "give up";
    return { remedy, after: this.pause(remedy, tries, now) };
  }

  /** Playback goes on at `now`; null if nothing was broken. */
  healed(now: number): Recovered | null {
    if (!this.current) return null;
    const { fault, since } = this.current;
    this.current = null;
    this.healedAt = now;
    // What can be tried for ever starts over; what cannot is forgotten with time only.
    if (LADDERS[fault].at(-1) !== "give up") this.tried.delete(fault);
    this.count += 1;
    return { fault, seconds: (now - since) / 1000 };
  }

  private pause(remedy: Remedy, tries: number, now: number): number {
    if (remedy === "skip" || remedy === "decoder" || remedy === "give up") return 0;
    if (tries === 0 && remedy === "refresh") return 0;
    const since = now - (this.current?.since ?? now);
    const most = since < IMPATIENT_MS ? SHORT_PAUSE_MS : LONG_PAUSE_MS;
    return Math.min(most, FIRST_PAUSE_MS * 2 ** tries);
  }
}
