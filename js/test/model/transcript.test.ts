import { expect, test } from "vitest";
import { Captions } from "../../src/model/captions.ts";
import { type Passage, Speeches, Transcript } from "../../src/model/transcript.ts";
import type { Place, Word } from "../../src/protocol.ts";

/** Words one a second from 0 on, each where it stands next in one of the texts, if it does. */
function placed(texts: string[], words: string[]): Word[] {
  let speech = 0;
  let end = 0;
  return words.map((word, index) => {
    const timed = { word, start: index, end: index + 0.5 };
    for (const [id, text] of texts.entries()) {
      const from = id < speech ? -1 : text.indexOf(word, id === speech ? end : 0);
      if (from < 0) continue;
      [speech, end] = [id, from + word.length];
      return { ...timed, place: [id, from, end] };
    }
    return { ...timed, place: null };
  });
}

/** A transcript of texts, and captions of words in them. */
function given(texts: string[], words: string[], status = "sent") {
  const speeches = new Speeches();
  const transcript = new Transcript(speeches);
  for (const [id, text] of texts.entries()) {
    speeches.tell({ kind: "speech", epoch: 1, id, text, status, first: 0 });
  }
  const captions = new Captions(1);
  captions.add({ kind: "words", epoch: 1, first: 0, words: placed(texts, words) });
  return { transcript, speeches, captions };
}

/** What is spoken, what is being spoken in brackets, and behind a bar what is still to come. */
function written({ text, from, to, now }: Passage): string {
  const word = now ? `[${text.slice(from, to)}]` : text.slice(from, to);
  return `${text.slice(0, from)}${word}|${text.slice(to)}`;
}

const shown = ({ transcript, captions }: ReturnType<typeof given>, time: number) =>
  transcript.passages(captions, time, false).map(written);

test("what is heard is marked in the text as it was given; what is queued comes after", () => {
  const talk = given(["One, two!", "Three."], ["One", "two", "Three"]);
  expect(shown(talk, -1)).toEqual(["|One, two!", "|Three."]);
  expect(shown(talk, 0.2)).toEqual(["[One]|, two!", "|Three."]);
  expect(shown(talk, 1.2)).toEqual(["One, [two]|!", "|Three."]);
  expect(shown(talk, 2.2)).toEqual(["One, two!|", "[Three]|."]);
  expect(shown(talk, 9)).toEqual(["One, two!|", "Three|."]);
});

test("a word whose place is not known does not stop the mark", () => {
  const talk = given(["It costs $5 an hour."], ["It", "costs", "five", "dollars", "an", "hour"]);
  expect(shown(talk, 3.2)).toEqual(["It costs| $5 an hour."]);
  expect(shown(talk, 4.2)).toEqual(["It costs $5 [an]| hour."]);
});

test("scripts without spaces are followed as well", () => {
  expect(shown(given(["你好，世界。"], ["你", "好", "世界"]), 2.2)).toEqual(["你好，[世界]|。"]);
});

test("words that come before their text are marked when it comes", () => {
  const talk = given([], []);
  const words = placed(["One, two."], ["One", "two"]);
  talk.captions.add({ kind: "words", epoch: 1, first: 0, words });
  expect(shown(talk, 1.2)).toEqual(["One [two]|"]);
  talk.speeches.tell({
    kind: "speech",
    epoch: 1,
    id: 0,
    text: "One, two.",
    status: "sent",
    first: 0,
  });
  expect(shown(talk, 1.2)).toEqual(["One, [two]|."]);
});

test("a text that grows while it is spoken keeps its mark", () => {
  const talk = given(["👍 One"], ["One"]);
  expect(shown(talk, 1.2)).toEqual(["👍 One|"]);
  talk.speeches.tell({
    kind: "speech",
    epoch: 1,
    id: 0,
    text: " two three",
    status: "sent",
    first: 6,
  });
  const words = placed(["👍 One two three"], ["One", "two"]).slice(1);
  talk.captions.add({ kind: "words", epoch: 1, first: 1, words });
  expect(shown(talk, 1.2)).toEqual(["👍 One [two]| three"]);
});

test("words that fill a gap are marked too", () => {
  const talk = given(["One two three"], ["One"]);
  const [, two, three] = placed(["One two three"], ["One", "two", "three"]) as [Word, Word, Word];
  talk.captions.add({ kind: "words", epoch: 1, first: 2, words: [three] });
  expect(shown(talk, 2.2)).toEqual(["One two [three]|"]);
  talk.captions.add({ kind: "words", epoch: 1, first: 1, words: [two] });
  expect(shown(talk, 1.2)).toEqual(["One [two]| three"]);
});

test("a word that is placed again is marked at its latest place", () => {
  const talk = given(["One two one two", "Three"], ["One", "two"]);
  expect(shown(talk, 1.2)).toEqual(["One [two]| one two", "|Three"]);
  const later: Place = [0, 12, 15];
  const words = [{ word: "two", start: 1, end: 1.5, place: later }];
  talk.captions.add({ kind: "words", epoch: 1, first: 1, words });
  expect(shown(talk, 1.2)).toEqual(["One two one [two]|", "|Three"]);
});

test("what only this page hears leaves the mark where it is until the kernel tells it", () => {
  const talk = given(["One two"], ["One"]);
  const [, two] = placed(["One two"], ["One", "two"]) as [Word, Word];
  talk.captions.hear({ ...two, place: null });
  expect(shown(talk, 1.2)).toEqual(["One| two"]);
  talk.captions.add({ kind: "words", epoch: 1, first: 1, words: [two] });
  expect(shown(talk, 1.2)).toEqual(["One [two]|"]);
});

test("a question counts as spoken when the kernel says so, though its words are never heard", () => {
  const talk = given(["How are you?", "Good."], ["Fine"], "spoken");
  expect(shown(talk, 0.2)).toEqual(["How are you?|", "Good.|"]);
});

test("without words, a text counts as spoken when the kernel says so", () => {
  expect(shown(given(["One."], [], "speaking"), 5)).toEqual(["|One."]);
  expect(shown(given(["One."], [], "spoken"), 5)).toEqual(["One.|"]);
});

test.each([
  ["interrupted", "not fully spoken"],
  ["uncertain", "may be missing or spoken twice"],
  ["failed", "refused"],
  ["spoken", ""],
])("a text that was %s says “%s”", (status, note) => {
  const { transcript, captions } = given(["One."], [], status);
  expect(transcript.passages(captions, 0, true)[0]?.note).toBe(note);
});

test("a new session begins a new transcript", () => {
  const { transcript, speeches } = given(["One."], ["One"]);
  const captions = new Captions(2);
  expect(transcript.passages(captions, 0, false)).toEqual([]);
  speeches.tell({ kind: "speech", epoch: 1, id: 9, text: "Old", status: "interrupted", first: 0 });
  speeches.tell({ kind: "speech", epoch: 2, id: 10, text: "New", status: "queued", first: 0 });
  expect(transcript.passages(captions, 0, false).map(({ text }) => text)).toEqual(["New"]);
});

/** An hour of words, one a second or more, that count how often they are read. */
function anHour(talk: ReturnType<typeof given>) {
  const reads = { count: 0 };
  const words = Array.from({ length: 9000 }, (_, index) => ({
    start: index,
    end: index + 0.5,
    get word() {
      reads.count += 1;
      return `word${index}`;
    },
  }));
  talk.captions.add({ kind: "words", epoch: 1, first: 0, words });
  return reads;
}

test("an hour that was heard without texts is not read again while no word is new", () => {
  const talk = given([], []);
  const reads = anHour(talk);
  expect(shown(talk, 8999.2)[0]).toMatch(/ word8998 \[word8999\]\|$/);
  reads.count = 0;
  for (let time = 8999.2; time < 8999.4; time += 0.002) shown(talk, time);
  expect(reads.count).toBeLessThan(9000); // a line of them, each time
});

test("of what is heard without texts, late words find their place", () => {
  const talk = given([], ["One", "two"]);
  expect(shown(talk, 5)).toEqual(["One two|"]);
  const four = [{ word: "four", start: 3, end: 3.5 }];
  talk.captions.add({ kind: "words", epoch: 1, first: 3, words: four });
  expect(shown(talk, 5)).toEqual(["One two four|"]);
  const three = [{ word: "three", start: 2, end: 2.5 }];
  talk.captions.add({ kind: "words", epoch: 1, first: 2, words: three });
  expect(shown(talk, 5)).toEqual(["One two three four|"]);
});

test("words are marked where the kernel places them, whatever they are called", () => {
  const talk = given(["It costs $5.00, 👍 you know.", "Yes."], []);
  const place = (word: string, start: number, ...place: Place) => {
    return { word, start, end: start + 0.5, place };
  };
  const words = [
    place("It", 0, 0, 0, 2),
    place("costs", 1, 0, 3, 8),
    place("five", 2, 0, 9, 15),
    place("dollars", 3, 0, 15, 15),
    place("you", 4, 0, 16, 22),
    place("know", 5, 0, 23, 28),
    place("Yes", 6, 1, 0, 4),
  ];
  talk.captions.add({ kind: "words", epoch: 1, first: 0, words });
  expect(shown(talk, 1.2)).toEqual(["It [costs]| $5.00, 👍 you know.", "|Yes."]);
  expect(shown(talk, 2.2)).toEqual(["It costs [$5.00,]| 👍 you know.", "|Yes."]);
  expect(shown(talk, 3.2)).toEqual(["It costs [$5.00,]| 👍 you know.", "|Yes."]);
  expect(shown(talk, 4.2)).toEqual(["It costs $5.00, [👍 you]| know.", "|Yes."]);
  expect(shown(talk, 9)).toEqual(["It costs $5.00, 👍 you know.|", "Yes.|"]);
});

test("a silent text says so", () => {
  const { transcript, captions } = given(["👍"], [], "silent");
  expect(transcript.passages(captions, 0, true)[0]?.note).toBe("cannot be pronounced");
});

/** Numbers below `size`, the same each time. */
function chance(seed: number) {
  let state = seed;
  return (size: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * size);
  };
}

const SCRAPS = [
  "one",
  "two.",
  "👍",
  "👩🏽\u200d🔬",
  "e\u0301t",
  "你好。",
  "สวัสดี",
  "שלום",
  "مرحبا",
  "𐐷",
  "🇩🇪",
];

test("texts of all scripts are shown to the letter, however they and their words come", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const below = chance(seed);
    const talk = given([], []);
    const texts: string[] = [];
    const words: Word[] = [];
    for (let id = 0; id < 3; id += 1) {
      let text = "";
      for (let count = 1 + below(6); count > 0; count -= 1) {
        const word = SCRAPS[below(SCRAPS.length)] as string;
        const first = text.length;
        const from = first + (first ? 1 : 0);
        const more = first ? ` ${word}` : word;
        text += more;
        const place: Place = [id, from, from + word.length];
        words.push({ word, start: words.length, end: words.length + 0.5, place });
        const status = "speaking";
        talk.speeches.tell({ kind: "speech", epoch: 1, id, text: more, status, first });
      }
      texts.push(text);
    }
    const order = words.map((_, index) => index).sort(() => below(3) - 1);
    for (const first of order) {
      const told = words.slice(first, first + 1);
      talk.captions.add({ kind: "words", epoch: 1, first, words: told });
    }
    for (const { word, start, place } of words) {
      const passages = talk.transcript.passages(talk.captions, start + 0.2, false);
      expect(passages.map(({ text }) => text)).toEqual(texts);
      const { text, from, to, now } = passages[place?.[0] ?? -1] as Passage;
      expect([text.slice(from, to), from, now]).toEqual([word, place?.[1], true]);
    }
  }
});
