// The texts that the avatar was given in one session, and how much of them has been heard. The kernel
// tells where in which text a word is. Only of words that it did not place, those of a room, the
// letters are looked for, since a server may write them in another way. Knows no elements.

import type { SpeechMessage, Word } from "../protocol.ts";
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

/** A place in the texts: a word in one of them. */
interface Mark {
  speech: number;
  from: number;
  to: number;
  /** Number of the letter that comes next. */
  next: number;
  /** Whether the word was found here; if not, this is where the one before was. */
  found: boolean;
}

/** The letters and digits of a text, in lower case, and where in the text each stands. */
interface Letters {
  text: string;
  places: number[];
}

interface Given {
  message: SpeechMessage;
  letters: Letters;
}

const NOTES: Record<string, string> = {
  interrupted: "not fully spoken",
  uncertain: "may be missing or spoken twice",
  failed: "refused",
  silent: "cannot be pronounced",
};
const START: Mark = { speech: 0, from: 0, to: 0, next: 0, found: true };
/** Letters that may lie between two words found: what is written as a figure, say. */
const GAP = 24;

export class Transcript {
  private given: Given[] = [];
  private marks: Mark[] = [];
  private captions: Captions | null = null;
  /** What was heard where there are no texts, and of which words it is made. */
  private heard = { version: -1, last: -1, text: "", from: 0 };

  constructor(private readonly speeches: Speeches) {}

  /** All that was given, as heard at `time`; `over` says that no more will be heard. */
  passages(captions: Captions, time: number, over: boolean): Passage[] {
    this.speeches.begin(captions.epoch);
    if (captions !== this.captions) {
      this.marks = [];
      this.heard.version = -1;
    }
    this.captions = captions;
    this.read();
    if (this.given.length === 0) return this.heardOnly(captions, time);
    const last = captions.lastBefore(time);
    const word = captions.words[last];
    const mark = word ? this.find(captions, last) : null;
    const now = captions.lineAt(time)?.speaking === true;
    return this.given.map(({ message: { id, text, status } }, index) => {
      const note = NOTES[status] ?? "";
      const done = status === "spoken" && (over || !captions.words.length);
      if (done || (mark && index < mark.speech)) {
        return { id, text, from: text.length, to: text.length, now: false, note };
      }
      if (index !== mark?.speech) return { id, text, from: 0, to: 0, now: false, note };
      return { id, text, from: mark.from, to: mark.to, now: now && mark.found, note };
    });
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

  /** Spell the texts that are new or have grown. */
  private read(): void {
    const { all } = this.speeches;
    const before = this.given;
    this.given = all.map((message, index) => {
      const known = before[index];
      if (known?.message === message) return known;
      const letters = known?.message.text === message.text ? known.letters : spell(message.text);
      return { message, letters };
    });
    const changed = this.given.some(({ letters }, index) => letters !== before[index]?.letters);
    // Words may have come before their text: look for those at the end again.
    if (changed) this.marks.length = this.marks.findLastIndex((mark) => mark?.found) + 1;
  }

  /** Where word `last` is, after all before it have been found. */
  private find(captions: Captions, last: number): Mark {
    // Words may come late that belong before known ones; what was found after them is then unsure.
    const gap = this.marks.findIndex((mark, index) => !mark && captions.words[index]);
    if (gap >= 0) this.marks.length = gap;
    let mark = this.marks.findLast((known) => known) ?? START;
    for (let index = this.marks.length; index <= last; index += 1) {
      const word = captions.words[index];
      if (!word) continue;
      mark = this.placed(mark, word) ?? this.next(mark, spell(word.word).text);
      this.marks[index] = mark;
    }
    return this.marks[last] ?? mark;
  }

  /** Where the kernel has placed a word; null if it has not. */
  private placed(before: Mark, { text = "", speech = null, upto = 0 }: Word): Mark | null {
    if (speech === null) return null;
    const index = this.indexOf(speech);
    if (index < 0) return { ...before, found: false };
    if (!text.trim()) return { ...before, found: before.speech === index };
    const from = Math.max(0, upto - text.trimStart().length);
    return { speech: index, from, to: upto, next: 0, found: true };
  }

  private indexOf(speech: number): number {
    // The latest is asked for most.
    return this.given.findLastIndex(({ message }) => message.id === speech);
  }

  /** Find a word after `mark`, in its text or at the beginning of the next. */
  private next(mark: Mark, word: string): Mark {
    for (const speech of [mark.speech, mark.speech + 1]) {
      const letters = this.given[speech]?.letters;
      if (!letters || !word) continue;
      const begin = speech === mark.speech ? mark.next : 0;
      const at = letters.text.slice(begin, begin + GAP + word.length).indexOf(word);
      if (at < 0) continue;
      const next = begin + at + word.length;
      const from = letters.places[begin + at] ?? 0;
      const to = (letters.places[next - 1] ?? 0) + 1;
      return { speech, from, to, next, found: true };
    }
    return { ...mark, found: false };
  }
}

function spell(text: string): Letters {
  let letters = "";
  const places: number[] = [];
  for (const { 0: run, index } of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    for (let offset = 0; offset < run.length; offset += 1) {
      // Lower case may be longer (İ): one letter stands for each, so that places hold.
      letters += run.charAt(offset).toLowerCase().charAt(0);
      places.push(index + offset);
    }
  }
  return { text: letters, places };
}
