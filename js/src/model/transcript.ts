// The texts that the avatar was given in one session, and how much of them has been heard. Where in
// which text a word stands is the kernel's to say. Knows no elements.

import type { SpeechMessage } from "../protocol.ts";
import { type Captions, textOf, withMarks } from "./captions.ts";

export class Speeches {
  epoch = 0;
  readonly all: SpeechMessage[] = [];

  /** Take note of a text and of what became of it. */
  tell(message: SpeechMessage): void {
    if (message.epoch < this.epoch) return;
    this.begin(message.epoch);
    const at = this.all.findIndex(({ id }) => id === message.id);
    const known = this.all[at]?.text ?? "";
    const text = known.slice(0, message.first) + message.text;
    this.all[at < 0 ? this.all.length : at] = { ...message, text, first: 0 };
  }

  /** Forget what belongs to older sessions than `epoch`. */
  begin(epoch: number): void {
    if (epoch > this.epoch) this.all.length = 0;
    this.epoch = Math.max(this.epoch, epoch);
  }

  /** The text given last. */
  get latest(): string | undefined {
    return this.all.at(-1)?.text;
  }
}

/** A text and how far it is spoken. */
export interface Passage {
  id: number;
  text: string;
  /** Where in `text` the latest word begins and ends; what lies before it was spoken. */
  from: number;
  to: number;
  /** Whether that word is being spoken this moment. */
  now: boolean;
  /** What became of the text, where it was not simply spoken; "" otherwise. */
  note: string;
}

/** How far the texts have been heard. */
interface Mark {
  /** Index of the text that was heard last. */
  speech: number;
  /** Where its latest word begins and ends. */
  from: number;
  to: number;
  /** Whether no word has been heard since whose place is not known. */
  latest: boolean;
}

const NOTES: Record<string, string> = {
  interrupted: "not fully spoken",
  uncertain: "may be missing or spoken twice",
  failed: "refused",
  silent: "cannot be pronounced",
};

export class Transcript {
  private captions: Captions | null = null;
  /** What was heard where there are no texts, and of which words it is made. */
  private heard = { version: -1, last: -1, text: "", from: 0 };

  constructor(private readonly speeches: Speeches) {}

  /** All that was given, as heard at `time`; `over` says that no more will be heard. */
  passages(captions: Captions, time: number, over: boolean): Passage[] {
    this.speeches.begin(captions.epoch);
    if (captions !== this.captions) this.heard.version = -1;
    this.captions = captions;
    const { all } = this.speeches;
    if (all.length === 0) return this.heardOnly(captions, time);
    const mark = this.mark(captions, captions.lastBefore(time));
    const now = mark?.latest === true && captions.lineAt(time)?.speaking === true;
    return all.map(({ id, text, status }, index) => {
      const note = NOTES[status] ?? "";
      // What an answer is given to has no words of its own.
      const done = status === "spoken" && (over || !captions.hasPlacesIn(id));
      if (done || (mark && index < mark.speech)) {
        return { id, text, from: text.length, to: text.length, now: false, note };
      }
      if (index !== mark?.speech) return { id, text, from: 0, to: 0, now: false, note };
      return { id, text, from: mark.from, to: mark.to, now, note };
    });
  }

  /** The place of word `last`, or of the latest one before it that has any; null if none has. */
  private mark({ words }: Captions, last: number): Mark | null {
    let mark: Mark | null = null;
    let latest = true;
    for (let index = last; index >= 0; index -= 1) {
      const [id, from = 0, to = 0] = words[index]?.place ?? [];
      const speech = this.speeches.all.findLastIndex((message) => message.id === id);
      if (speech < 0) {
        latest = false;
        continue;
      }
      if (mark && speech !== mark.speech) return mark;
      mark ??= { speech, from, to, latest };
      // Of what is written as a figure, say, all but the first word stand for nothing.
      if (from < to) return { ...mark, from, to };
    }
    return mark;
  }

  /** Without texts, as with ready-made sound, what was heard is all there is. */
  private heardOnly(captions: Captions, time: number): Passage[] {
    const { version } = captions;
    const last = captions.lastBefore(time);
    if (version !== this.heard.version || last !== this.heard.last) {
      const told = captions.words.slice(0, last + 1);
      const text = textOf(told);
      const latest = withMarks(told).at(-1) ?? "";
      this.heard = { version, last, text, from: text.length - latest.length };
    }
    const { text, from } = this.heard;
    const now = captions.lineAt(time)?.speaking === true;
    return text ? [{ id: 0, text, from, to: text.length, now, note: "" }] : [];
  }
}
