import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KernelLink } from "../../src/model/kernel_link.ts";
import type { AckMessage, BrowserMessage, Problem } from "../../src/protocol.ts";
import { randomNumbers } from "../simulation.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const PROBLEM = { title: "Too much text", hint: "", request_id: null };

/** A kernel on paper, which keeps its side as `controller/accepted.py` does, and one page of it. */
class Ends {
  readonly spoken: string[] = [];
  /** What was sent, in either direction, and has not arrived. */
  up: BrowserMessage[] = [];
  down: AckMessage[] = [];
  refuses = false;
  readonly refused: [string | null, Problem][] = [];
  private readonly pages: ((message: AckMessage) => void)[] = [];
  readonly link = this.open();
  private readonly accepted = new Set<string>();

  open(): KernelLink {
    const model = {
      send: (message: BrowserMessage) => this.up.push(message),
      on: (_: string, listener: (message: AckMessage) => void) => this.pages.push(listener),
    };
    return new KernelLink(
      model as never,
      new AbortController().signal,
      (asked, problem) => problem && this.refused.push([asked?.id ?? null, problem]),
      () => {},
    );
  }

  /** Let all that was sent arrive, but what `loses` says. */
  pass(loses: () => boolean = () => false): void {
    for (const message of this.up.splice(0)) if (!loses()) this.take(message);
    for (const ack of this.down.splice(0)) if (!loses()) this.tell(ack);
  }

  tell(ack: AckMessage): void {
    for (const page of this.pages) page(ack);
  }

  private take(message: BrowserMessage): void {
    if (message.kind !== "speak") return;
    const { id, after, text } = message;
    if (after !== null && !this.accepted.has(after)) return;
    if (!this.refuses && !this.accepted.has(id)) this.spoken.push(text);
    if (!this.refuses) this.accepted.add(id);
    this.down.push({ kind: "ack", id, problem: this.refuses ? PROBLEM : null });
  }
}

test.each(Array.from({ length: 100 }, (_, seed) => seed))(
  "whatever is lost in either direction, each text is spoken once and in its place: %i",
  (seed) => {
    const random = randomNumbers(seed);
    const loses = () => random() < 0.4;
    const ends = new Ends();
    const typed: string[] = [];
    for (let step = 0; step < 30; step += 1) {
      if (random() < 0.4) {
        typed.push(`Text ${step}`);
        ends.link.ask({ kind: "speak", text: `Text ${step}` });
      }
      if (random() < 0.7) ends.pass(loses); // else it is on its way for longer, or the kernel busy
      vi.advanceTimersByTime(random() * 20_000);
      ends.link.repeatIfDue();
    }
    for (let calm = 0; calm < 2; calm += 1) {
      vi.advanceTimersByTime(120_000);
      ends.link.repeatIfDue();
      ends.pass();
    }
    expect(ends.spoken).toEqual(typed);
    expect(ends.link.pending).toEqual([]);
  },
);

test("what follows a refused text is not held up by it", () => {
  const ends = new Ends();
  ends.refuses = true;
  ends.link.ask({ kind: "speak", text: "Refused." });
  ends.link.ask({ kind: "speak", text: "Taken." });
  ends.pass();
  ends.refuses = false;
  ends.pass();
  expect(ends.spoken).toEqual(["Taken."]);
  expect(ends.refused.map(([, problem]) => problem)).toEqual([PROBLEM]);
});

test("what another page was refused concerns this one as little as its requests", () => {
  const ends = new Ends();
  ends.open().ask({ kind: "speak", text: "Hello." });
  const [theirs] = ends.up.splice(0);
  ends.link.ask({ kind: "speak", text: "Hello." });
  ends.tell({ kind: "ack", id: theirs?.id ?? "", problem: PROBLEM });
  expect(ends.refused).toHaveLength(1); // to the other one
  expect(ends.link.pending).toHaveLength(1);
});

test.each(["stop", "interrupt"] as const)("%s makes void what has yet to arrive", (kind) => {
  const ends = new Ends();
  ends.link.ask({ kind: "speak", text: "Lost." });
  ends.up = [];
  ends.link.ask({ kind });
  ends.pass();
  vi.advanceTimersByTime(120_000);
  ends.link.repeatIfDue();
  ends.pass();
  expect(ends.spoken).toEqual([]);
  expect(ends.link.pending.map(({ request }) => request.kind)).toEqual([kind]);
});

test("a busy kernel gets a request a few dozen times in an hour", () => {
  const ends = new Ends();
  ends.link.ask({ kind: "speak", text: "Hello." });
  for (let second = 0; second < 3600; second += 1) {
    vi.advanceTimersByTime(1000);
    ends.link.repeatIfDue();
  }
  expect(ends.link.isBusy(performance.now())).toBe(true);
  expect(ends.up.length).toBeLessThan(40);
  ends.pass();
  expect(ends.spoken).toEqual(["Hello."]);
  expect(ends.link.isBusy(performance.now())).toBe(false);
});

test("what is said once is not repeated, and who said it learns when it is read", () => {
  const ends = new Ends();
  const heard = vi.fn();
  ends.link.tell({ kind: "refresh", epoch: 1 }, heard);
  const [message] = ends.up;
  vi.advanceTimersByTime(120_000);
  ends.link.repeatIfDue();
  expect(ends.up).toHaveLength(1);
  for (let twice = 0; twice < 2; twice += 1)
    ends.tell({ kind: "ack", id: message?.id ?? "", problem: null });
  expect(heard).toHaveBeenCalledTimes(1);
});
