import { expect, test } from "vitest";
import { lineStarts } from "../../src/panel/line_breaks.ts";

function lines(text: string): string[] {
  const places = [0, ...lineStarts(text), text.length];
  return places.slice(1).map((end, index) => text.slice(places[index], end).trim());
}

test.each([
  "These words are too many for a single line of text, but not for two.",
  "你好，世界。今天我们来谈谈人工智能的未来，它会怎样改变我们的生活和工作方式呢？「好问题，真的。」谢谢大家，再见。",
  "こんにちは、世界。今日は人工知能の未来についてお話しします。どうぞよろしくお願いいたします！",
  "สวัสดีครับวันนี้อากาศดีมากเราจะมาพูดคุยกันเกี่ยวกับเทคโนโลยีใหม่",
  "ສະບາຍດີທຸກຄົນມື້ນີ້ພວກເຮົາຈະມາລົມກັນກ່ຽວກັບເທັກໂນໂລຊີໃໝ່ທີ່ຈະປ່ຽນແປງໂລກ",
])("a caption has two lines of at most 42 characters: %s", (text) => {
  expect(lines(text).length).toBe(2);
  for (const line of lines(text)) expect(line.length).toBeLessThanOrEqual(42);
  expect(lines(text).join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
});

test("Thai is broken between words, and no line begins with a closing mark", () => {
  expect(lines("สวัสดีครับวันนี้อากาศดีมากเราจะมาพูดคุยกันเกี่ยวกับเทคโนโลยีใหม่")[1]).toMatch(/^[เกพค]/);
  for (const length of [20, 21, 22, 23]) {
    const text = "你好".repeat(length) + "，世界。".repeat(8);
    for (const line of lines(text)) expect(line).not.toMatch(/^[，。]/);
  }
});

test("lines that have been shown keep their places while the text grows", () => {
  const words = Array.from({ length: 16 }, (_, index) => `word${index}`);
  let before: number[] = [];
  for (let count = 1; count <= words.length; count += 1) {
    const starts = lineStarts(words.slice(0, count).join(" "));
    expect(starts.slice(0, before.length)).toEqual(before);
    before = starts;
  }
});

test("a word that is too long for a line is left whole", () => {
  expect(lines(`${"a".repeat(60)} b`)).toEqual(["a".repeat(60), "b"]);
});
