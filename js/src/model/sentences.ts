// Whether a word that the kernel has not told yet ends a sentence, by the marks of the one table.
// Abbreviations are the kernel's to know, and its word replaces what is found here.

import {
  closers,
  closers_or_openers,
  dots,
  ellipses,
  greek_question_marks,
  terminators,
} from "../../../heygen_widget/language/sentences.json";

const MARK = anyOf(terminators + dots + ellipses);
const GREEK = `(?<=\\p{Script=Greek})${anyOf(greek_question_marks)}`;
const END = new RegExp(`(?:${MARK}\ufe0f?|${GREEK})${anyOf(closers + closers_or_openers)}*$`, "u");

/** Whether `word` ends with a mark that ends sentences, in any script. */
export function endsSentence(word: string): boolean {
  return END.test(word.trim());
}

function anyOf(characters: string): string {
  return `[${characters.replace(/[\\\]^-]/g, "\\$&")}]`;
}
