import { expect, test } from "vitest";
import { Captions } from "../../src/model/captions.ts";
import { type Passage, Speeches, Transcript } from "../../src/model/transcript.ts";

/** A transcript of texts, and captions whose words come one a second from 0 on. */
function given(texts: string[], words: string[], status = "sent") {
  const speeches = new Speeches();
  const transcript = new Transcript(speeches);
  for (const [id, text] of texts.entries()) {
    speeches.tell({ kind: "speech", epoch: 1, id, text, status, first: 0 });
  }
  const captions = new Captions(1);
  const timed = words.map((word, index) => ({ word, start: index, end: index + 0.5 }));
  captions.add({ kind: "words", epoch: 1, first: 0, words: timed });
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

test("a word that is written in another way does not stop the mark", () => {
  const talk = given(["It costs $5 an hour."], ["It", "costs", "five", "dollars", "an", "hour"]);
  expect(shown(talk, 3.2)).toEqual(["It costs| $5 an hour."]);
  expect(shown(talk, 4.2)).toEqual(["It costs $5 [an]| hour."]);
});

test("scripts without spaces are followed as well", () => {
  expect(shown(given(["你好，世界。"], ["你", "好", "世界"]), 2.2)).toEqual(["你好，[世界]|。"]);
});

test("words that come before their text are found when it comes", () => {
  const talk = given([], ["One", "two"]);
  expect(shown(talk, 1.2)).toEqual(["One [two]|"]);
  talk.speeches.tell({
    kind: "speech",
    epoch: 1,
    id: 7,
    text: "One, two.",
    status: "sent",
    first: 0,
  });
  expect(shown(talk, 1.2)).toEqual(["One, [two]|."]);
});

test("a text that grows while it is spoken keeps its mark", () => {
  const talk = given(["One"], ["One", "two"]);
  expect(shown(talk, 1.2)).toEqual(["One|"]);
  talk.speeches.tell({
    kind: "speech",
    epoch: 1,
    id: 0,
    text: " two three",
    status: "sent",
    first: 3,
  });
  expect(shown(talk, 1.2)).toEqual(["One [two]| three"]);
});

test("words that fill a gap are marked too", () => {
  const talk = given(["One two three"], ["One"]);
  const word = (text: string, start: number) => ({ word: text, start, end: start + 0.5 });
  talk.captions.add({ kind: "words", epoch: 1, first: 2, words: [word("three", 2)] });
  expect(shown(talk, 2.2)).toEqual(["One two [three]|"]);
  talk.captions.add({ kind: "words", epoch: 1, first: 1, words: [word("two", 1)] });
  expect(shown(talk, 1.2)).toEqual(["One [two]| three"]);
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

test("in an hour of speech each word is looked for once", () => {
  const talk = given([Array.from({ length: 9000 }, (_, index) => `word${index}`).join(" ")], []);
  const reads = anHour(talk);
  expect(shown(talk, 8999.2)[0]).toMatch(/\[word8999\]\|$/);
  for (let time = 0; time < 9000; time += 100) shown(talk, time);
  expect(reads.count).toBeLessThan(5 * 9000);
});

test("words are marked where the kernel places them, whatever they are called", () => {
  const talk = given(["It costs $5.00, 👍 you know.", "Yes."], []);
  const place = (word: string, start: number, text: string, upto: number, speech = 0) => {
    return { word, start, end: start + 0.5, text, caption: 0, speech, upto };
  };
  const words = [
    place("It", 0, "It", 2),
    place("costs", 1, " costs", 8),
    place("five", 2, " $5.00,", 15),
    place("dollars", 3, "", 15),
    place("you", 4, " 👍 you", 22),
    place("know", 5, " know.", 28),
    place("Yes", 6, "Yes.", 4, 1),
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
