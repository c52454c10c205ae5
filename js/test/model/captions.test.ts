import { expect, test } from "vitest";
import { Captions, spaceBetween } from "../../src/model/captions.ts";
import { endsSentence } from "../../src/model/sentences.ts";
import type { Word, WordsMessage } from "../../src/protocol.ts";

/** Words of 0.3 s, one every 0.4 s from `from` on. */
function spoken(text: string, from = 0): Word[] {
  return text.split(" ").map((word, index) => {
    const start = from + 0.4 * index;
    return { word, start, end: start + 0.3 };
  });
}

function message(first: number, words: Word[]): WordsMessage {
  return { kind: "words", epoch: 1, first, words };
}

test("a word is shown when it is spoken, not when it is known", () => {
  const captions = new Captions(1);
  captions.add(message(0, spoken("one two three")));
  expect(captions.lineAt(-0.1)).toBeNull();
  expect(captions.lineAt(0.1)?.words).toEqual(["one"]);
  expect(captions.lineAt(0.5)?.words).toEqual(["one", "two"]);
});

test("a page that comes late shows no words that were heard before", () => {
  const captions = new Captions(1);
  captions.add(message(0, spoken("one two")));
  captions.begin();
  expect(captions.lineAt(0.5)).toBeNull();
  captions.add(message(0, spoken("one two")));
  expect(captions.lineAt(0.5)).toBeNull();
  captions.add(message(2, spoken("three", 2.5)));
  expect(captions.lineAt(1)).toBeNull();
  expect(captions.lineAt(2.6)?.words).toEqual(["three"]);
});

test("words that come twice are shown once", () => {
  const captions = new Captions(1);
  const words = spoken("one two three four");
  captions.add(message(0, words.slice(0, 3)));
  captions.add(message(1, words.slice(1)));
  expect(captions.lineAt(9)?.words).toEqual(["one", "two", "three", "four"]);
});

test("words that the page hears by itself are shown at once, and once only when it is told of them", () => {
  const captions = new Captions(1);
  const words = spoken("one two three four");
  captions.add(message(0, words.slice(0, 1)));
  for (const word of words.slice(1)) captions.hear(word);
  expect(captions.lineAt(9)?.words).toEqual(["one", "two", "three", "four"]);
  captions.add(message(1, words.slice(1, 2)));
  captions.add(message(2, words.slice(2, 3)));
  expect(captions.words).toEqual(words);
});

test("a page that comes late is told of the words before those that it hears", () => {
  const captions = new Captions(1);
  const [one, two, three, four] = spoken("one two three four") as [Word, Word, Word, Word];
  captions.hear(three);
  captions.add(message(0, [one, two]));
  captions.hear(four);
  expect(captions.words).toEqual([one, two, three, four]);
});

test("a word that the page alone has heard goes when a later one is told", () => {
  const captions = new Captions(1);
  const [one, two, three] = spoken("one two three") as [Word, Word, Word];
  captions.add(message(0, [one]));
  captions.hear(two);
  captions.hear(three);
  captions.add(message(1, [three]));
  expect(captions.words).toEqual([one, three]);
});

test("a word that two pages hear a little apart is shown once by each", () => {
  const told = spoken("no no it is no good");
  for (const apart of [-0.15, 0, 0.15]) {
    const own = told.map((word) => ({ ...word, start: word.start + apart }));
    const before = new Captions(1);
    const after = new Captions(1);
    for (const [index, word] of told.entries()) {
      before.hear(own[index] as Word);
      before.add(message(index, [word]));
      after.add(message(index, [word]));
      after.hear(own[index] as Word);
    }
    expect(before.words).toEqual(told);
    expect(after.words).toEqual(told);
  }
});

test("a gap is bridged, and closed when its words come", () => {
  const captions = new Captions(1);
  const words = spoken("one two three four");
  captions.add(message(0, words.slice(0, 1)));
  captions.add(message(3, words.slice(3)));
  expect(captions.lineAt(9)?.words).toEqual(["four"]);
  captions.add(message(1, words.slice(1, 3)));
  expect(captions.lineAt(9)?.words).toEqual(["one", "two", "three", "four"]);
});

test("of words that a page hears by itself, a sentence's end, a long pause and a full line begin a new line", () => {
  const captions = new Captions(1);
  for (const word of [...spoken("It ends. It begins"), ...spoken("after a pause", 10)]) {
    captions.hear(word, endsSentence);
  }
  expect(captions.lineAt(1)?.words).toEqual(["It"]);
  expect(captions.lineAt(20)?.words).toEqual(["after", "a", "pause"]);
  const endless = new Captions(1);
  endless.add(message(0, spoken(Array(100).fill("word").join(" "))));
  expect(endless.lineAt(99)?.words.join(" ").length).toBeLessThan(90);
});

test("a line never changes the words it has shown", () => {
  const captions = new Captions(1);
  const words = spoken(Array(60).fill("some more").join(" "));
  for (const [index, word] of words.entries()) {
    const before = captions.lineAt(word.start - 0.01);
    captions.add(message(index, [word]));
    const after = captions.lineAt(word.start - 0.01);
    expect(after).toEqual(before);
  }
});

test("someone speaks around a word, nobody in a pause, and without words nobody knows", () => {
  const captions = new Captions(1);
  expect(captions.speakingAt(1)).toBeNull();
  captions.add(message(0, [...spoken("one two"), ...spoken("three", 5)]));
  expect(captions.speakingAt(0.35)).toBe(true);
  expect(captions.speakingAt(2)).toBe(false);
  expect(captions.speakingAt(4.8)).toBe(true);
});

test("the first utterance counts as heard in the pause after it, not before", () => {
  const captions = new Captions(1);
  expect(captions.heardFirst(3)).toBe(false);
  captions.add(message(0, spoken("one two", 1)));
  expect(captions.heardFirst(0)).toBe(false);
  expect(captions.heardFirst(1.5)).toBe(false);
  expect(captions.heardFirst(3)).toBe(true);
});

test("scripts without spaces get none", () => {
  expect(spaceBetween("你", "好")).toBe("");
  expect(spaceBetween("good", "day")).toBe(" ");
});

test("punctuation marks that come as words belong to the word before", () => {
  const captions = new Captions(1);
  for (const word of spoken("Hello , you ! And more")) captions.hear(word, endsSentence);
  expect(captions.lineAt(1.3)?.words).toEqual(["Hello,", "you!"]);
  expect(captions.lineAt(9)?.words).toEqual(["And", "more"]);
});

/** Words as the kernel tells them: their texts, each in the caption of that number. */
function told(...captions: string[][]): Word[] {
  let at = 0;
  return captions.flatMap((texts, caption) =>
    texts.map((text) => {
      const start = 0.4 * at++;
      return { word: text.trim(), start, end: start + 0.3, text, caption };
    }),
  );
}

test("what the kernel tells is shown as it was written, in the captions that it made", () => {
  const captions = new Captions(1);
  const words = told(
    ["3.14", " (about", " 22/", "7),"],
    ['"roughly"', " 45%", "", " of", "\n$5.00."],
  );
  captions.add(message(0, words));
  expect(captions.lineAt(1.3)?.text).toBe("3.14 (about 22/7),");
  expect(captions.lineAt(9)?.text).toBe('"roughly" 45% of $5.00.');
  expect(captions.lineAt(9)?.words.at(-1)).toBe("$5.00.");
  expect(captions.lineAt(9)?.first).toBe(4);
});

test("captions are the same however their words come", () => {
  const words = told(["你", "好，", "世界。"], ["สวัสดี", "ครับ"], ["One", " two"]);
  const whole = new Captions(1);
  whole.add(message(0, words));
  const inPieces = new Captions(1);
  for (const first of [4, 0, 5, 2, 1, 6, 3]) {
    inPieces.add(message(first, words.slice(first, first + 1)));
  }
  for (const { start } of words) expect(inPieces.lineAt(start)).toEqual(whole.lineAt(start));
  expect(whole.lineAt(0.9)?.text).toBe("你好，世界。");
  expect(whole.lineAt(9)?.text).toBe("One two");
});

test("a sentence ends with any script's marks, and with closing quotes", () => {
  for (const word of ["Yes.", "“No!”", "чего?", "好。", "كيف؟", "ठीक।", "ሰላም።", "Լավ։", "Wait…"]) {
    expect(endsSentence(word), word).toBe(true);
  }
  for (const word of ["Yes", "no,", "3.14", "(a)"]) expect(endsSentence(word), word).toBe(false);
});
