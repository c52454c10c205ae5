// The words of one session, as they come, and which of them are heard at a time of the stream. What
// is shown together, and with what text, is the kernel's word; only what this page hears by itself is
// put together here, until the kernel tells it. Knows nothing of players and of drawing.

import type { Word, WordsMessage } from "../protocol.ts";

/** The line being spoken. */
export interface Line {
  /** Number of the line's first word, as a name of the line. */
  first: number;
  /** Its words up to now; the last one is the latest. */
  words: string[];
  /** The words as one text, as it was written. */
  text: string;
  /** Whether the last word is being spoken this moment. */
  speaking: boolean;
  /** When the last word ends, in seconds. */
  end: number;
}

/** Silence, in seconds, after which a new line begins. */
const PAUSE = 1.2;
const LINE_LENGTH = 84;
/** Scripts that put no space between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** What can be heard of a word. */
const SPOKEN = /[\p{L}\p{N}]/u;

/** Seconds around a word in which someone counts as speaking: times are not exact to the frame. */
const BEFORE_WORD = 0.5;
const AFTER_WORD = 0.3;

/** Seconds for which a line stays after its last word. */
const LINGER = 2.5;

/** Seconds by which two pages may hear the same word apart. */
const APART = 1;

export class Captions {
  /** Sparse: a late page may get later words first. */
  readonly words: Word[] = [];
  /** Counts the times that words came. */
  version = 0;
  /** For each word, the number of the first word of its line. */
  private lines: number[] = [];
  /** How many of the words, at the end, only this page has heard so far. */
  private ahead = 0;
  /** How many of the words that were told this page has heard by itself, or will not hear. */
  private heard = 0;
  /** The texts in which a word was placed. */
  private readonly placed = new Set<number>();
  /** How many of the words were heard before this page could hear any. */
  private missed = 0;
  /** Whether a word ends a sentence; pages that hear no words by themselves need not know. */
  private endsSentence: (word: string) => boolean = () => false;

  constructor(readonly epoch: number) {}

  /** Take words in; those already known are replaced by themselves. */
  add({ first, words }: WordsMessage): void {
    const ahead = this.words.splice(this.words.length - this.ahead);
    this.lines.length = this.words.length;
    this.ahead = 0;
    this.version += 1;
    for (const [index, word] of words.entries()) {
      this.words[first + index] = word;
      if (word.place) this.placed.add(word.place[0]);
    }
    this.breakLines(first);
    const last = words.at(-1);
    const same = last ? indexOfSame(ahead, last) : -1;
    if (same >= 0) this.heard = this.words.length;
    for (const [index, word] of ahead.entries()) {
      // Those before one that was told are told too, or never will be.
      const isLate = index <= same || (last && word.start < last.start - APART);
      if (!isLate) this.hear(word);
    }
  }

  /**
   * Take in a word that this page hears by itself, until it is told of it; it may be already.
   * `endsSentence` breaks lines meanwhile.
   */
  hear(word: Word, endsSentence = this.endsSentence): void {
    this.endsSentence = endsSentence;
    const told = this.words.slice(this.heard, this.words.length - this.ahead);
    const same = indexOfSame(told, word);
    if (same >= 0) {
      this.heard += same + 1;
      return;
    }
    this.ahead += 1;
    this.version += 1;
    this.words.push(word);
    this.breakLines(this.words.length - 1);
  }

  /** Whether any word was placed in the text with this id. */
  hasPlacesIn(speech: number): boolean {
    return this.placed.has(speech);
  }

  /** Note that this page comes now: what is known already was heard before, and makes no line. */
  begin(): void {
    this.missed = this.words.length;
  }

  /** The line heard at `time`, or the last one before it; null before the first word. */
  lineAt(time: number): Line | null {
    const last = this.lastBefore(time);
    const word = this.words[last];
    if (!word || last < this.missed) return null;
    const first = this.lines[last] ?? last;
    const told = this.words.slice(first, last + 1);
    const words = withMarks(told);
    return {
      first,
      words,
      text: textOf(told),
      speaking: time < word.end + AFTER_WORD,
      end: word.end,
    };
  }

  /** The line to show at `time`; null once it is over. */
  lineShownAt(time: number): Line | null {
    const line = this.lineAt(time);
    return line && time < line.end + LINGER ? line : null;
  }

  /** Whether someone speaks at `time`; null while no word is known at all. */
  speakingAt(time: number): boolean | null {
    if (this.words.length === 0) return null;
    const word = this.words[this.lastBefore(time + BEFORE_WORD)];
    return word !== undefined && time < word.end + AFTER_WORD;
  }

  /** Whether the first utterance has been heard to its first pause by `time`. */
  heardFirst(time: number): boolean {
    const first = this.words.find((word) => word !== undefined);
    return first !== undefined && first.end < time && this.speakingAt(time) === false;
  }

  /** Number of the last word that starts before `time`, or -1. The end is near: live players are. */
  lastBefore(time: number): number {
    let last = this.words.length - 1;
    while (last >= 0 && !((this.words[last]?.start ?? Number.POSITIVE_INFINITY) <= time)) last -= 1;
    return last;
  }

  /** Number of the first known word in the caption of word `index`. */
  private firstOf(index: number): number {
    const { caption } = this.words[index] ?? {};
    let first = index;
    while (first > 0 && this.words[first - 1]?.caption === caption) first -= 1;
    return first;
  }

  private breakLines(from: number): void {
    let length = 0;
    const start = this.lines[from - 1] ?? from;
    for (let index = start; index < this.words.length; index += 1) {
      const word = this.words[index];
      if (!word) continue;
      const previous = this.words[index - 1];
      length += word.word.length + 1;
      if (word.caption !== undefined && previous?.caption !== undefined) {
        const same = word.caption === previous.caption && index !== start;
        this.lines[index] = same ? (this.lines[index - 1] ?? index) : this.firstOf(index);
        continue;
      }
      const full =
        !previous ||
        word.start - previous.end > PAUSE ||
        this.endsSentence(previous.word) ||
        length > LINE_LENGTH;
      const breaks = index === start || (full && SPOKEN.test(word.word));
      if (breaks) length = word.word.length + 1;
      this.lines[index] = breaks ? index : (this.lines[index - 1] ?? index);
    }
  }
}

/** Where in `words` the one is that is `sought`, as another page heard it; -1 if there is none. */
function indexOfSame(words: readonly Word[], sought: Word): number {
  let same = -1;
  let least = APART;
  for (const [index, known] of words.entries()) {
    const apart = Math.abs(known?.start - sought.start);
    if (known?.word === sought.word && apart <= least) {
      same = index;
      least = apart;
    }
  }
  return same;
}

/** Servers may send punctuation marks as words of their own: they belong to the word before. */
export function withMarks(words: Word[]): string[] {
  const joined: string[] = [];
  for (const { word, text } of words.filter((known) => known)) {
    if (text !== undefined) {
      if (text.trim()) joined.push(text.trim());
    } else if (joined.length === 0 || SPOKEN.test(word)) joined.push(word.trim());
    else joined.push(joined.pop() + word.trim());
  }
  return joined;
}

/** Words as one text: as it was written, or with the blanks that are usual. */
export function textOf(words: Word[]): string {
  const known = words.filter((word) => word);
  const run = known.map(({ text }) => text ?? "").join("");
  const isWritten = known.every(({ text }) => text !== undefined);
  return isWritten ? run.replace(/\s*\n\s*/g, " ").trim() : joinWords(withMarks(known));
}

/** What stands between two words. */
export function spaceBetween(left: string, right: string): string {
  return UNSPACED.test(left.slice(-1)) && UNSPACED.test(right.slice(0, 1)) ? "" : " ";
}

/** Words as a line of text. */
export function joinWords(words: readonly string[]): string {
  let text = "";
  let before = "";
  for (const word of words) {
    // Not of the text itself: to look at its end, a browser would put it together each time.
    text += (before && spaceBetween(before, word)) + word;
    before = word || before;
  }
  return text;
}
