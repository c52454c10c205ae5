import { expect, test } from "vitest";
import table from "../../../tests/language/sentences.txt?raw";
import { endsSentence } from "../../src/model/sentences.ts";

// Each line is a text; a bar stands where the kernel finds that a sentence ends.
const texts = table.trim().split("\n");

test("every sentence that the kernel finds ends for the page too", () => {
  const missed: string[] = [];
  for (const text of texts) {
    for (const sentence of text.split("|").slice(0, -1)) {
      // French has a space within its quotation marks.
      const words = sentence
        .replace(/\s+(?=[!?»]+\s*$)/u, "")
        .trim()
        .split(/\s+/);
      const last = words.at(-1) ?? "";
      if (!endsSentence(last)) missed.push(sentence);
    }
  }
  expect(missed).toEqual([]);
});

test("no sentence ends for the page where no mark stands, nor in decimals, names and times", () => {
  const words = texts.flatMap((text) => text.replaceAll("|", "").split(/\s+/));
  const unmarked = words.filter((word) => /[\p{L}\p{N},:]$/u.test(word));
  expect(unmarked.length).toBeGreaterThan(500);
  expect(unmarked.filter(endsSentence)).toEqual([]);
});
