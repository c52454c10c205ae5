// Whether a word that the kernel has not told yet ends a sentence, by the marks of the one table.
// Abbreviations are the kernel's to know, and its word replaces what is found here.

import {
  closers,
  closers_or_openers,
  dots,
  ellipses,
  terminators,
} from "../../heygen_widget/language/sentences.json";

const END = new RegExp(
  `${anyOf(terminators + dots + ellipses)}${anyOf(closers + closers_or_openers)}*$`,
  "u",
);

/** Whether `word` ends with a mark that ends sentences, in any script. */
export function endsSentence(word: string): boolean {
  return END.test(word.trim());
}

function anyOf(characters: string): string {
  return `[${characters.replace(/[\\\]^-]/g, "\\$&")}]`;
}
