// What a page knows of an avatar's sessions: the kernel's account of the newest, its words and texts,
// and its meter. Knows neither players nor how the kernel's messages come.

import type { SessionView, WordsMessage } from "../protocol.ts";
import { Captions } from "./captions.ts";
import { Meter } from "./meter.ts";
import { isOpening } from "./status.ts";
import { Speeches } from "./transcript.ts";

export class SessionState {
  captions: Captions;
  /** When the session began to open, as of `performance.now()`; null when it is not opening. */
  openingSince: number | null = null;
  /** Whether this page was there when the session began, and so plays it from its first word. */
  sawItBegin = false;
  readonly meter = new Meter();
  readonly speeches = new Speeches();

  constructor(public session: SessionView) {
    this.captions = new Captions(session.epoch);
    this.follow(session);
  }

  /** Go along with the kernel's account; says whether it is of another session. */
  follow(session: SessionView): boolean {
    const begins = session.epoch !== this.session.epoch;
    const now = performance.now();
    this.session = session;
    this.meter.set(session, now);
    this.sawItBegin ||= begins || isOpening(session);
    if (session.epoch > this.captions.epoch) this.captions = new Captions(session.epoch);
    const before = begins ? null : this.openingSince;
    this.openingSince = isOpening(session) ? (before ?? now) : null;
    return begins;
  }

  hear(message: WordsMessage): void {
    if (message.epoch < this.captions.epoch) return;
    if (message.epoch > this.captions.epoch) this.captions = new Captions(message.epoch);
    this.captions.add(message);
  }

  /** Seconds on the meter: a clock that all pages of the session share. */
  get elapsed(): number {
    return this.meter.elapsed(performance.now());
  }

  /** Stop the meter: nothing more will be known. */
  freeze(): void {
    const { elapsed, session } = this;
    this.meter.set({ ...session, elapsed, running: false }, performance.now());
  }
}
