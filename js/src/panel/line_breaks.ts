// Where the text of a caption is broken into lines, by the rules of its script. Knows no elements.

/** Characters of a line, as in the captions that the kernel saves. */
const LINE = 42;

/** Scripts whose words have no spaces between them; ICU knows the words. */
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Scripts that may be broken at any character. */
const IDEOGRAPHIC =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}、。！？，；：」』）】》]/u;
const OPENING = /[\p{Ps}\p{Pi}]/u;
const NEVER_FIRST =
  /[\p{Pe}\p{Pf}\p{Po}\p{M}ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮー々〜%°]|\u200d|\ufe0f/u;

/**
 * Where lines begin in `text`, each as full as it can be. What has been shown keeps its place while
 * the text grows.
 */
export function lineStarts(text: string): number[] {
  if (text.length <= LINE) return [];
  const starts: number[] = [];
  let begin = 0;
  let last = 0;
  for (const place of [...opportunities(text), text.length]) {
    if (last > begin && text.slice(begin, place).trimEnd().length > LINE) {
      starts.push(last);
      begin = last;
    }
    last = place;
  }
  return starts;
}

function opportunities(text: string): number[] {
  const words = wordStarts(text);
  const places: number[] = [];
  for (let at = 1; at < text.length; at += 1) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at);
    if (/\s/.test(after)) continue;
    if (/\s/.test(before) || mayBreak(before, after, words.has(at))) places.push(at);
  }
  return places;
}

function mayBreak(before: string, after: string, isWord: boolean): boolean {
  if (OPENING.test(before) || NEVER_FIRST.test(after)) return false;
  if (IDEOGRAPHIC.test(before) || IDEOGRAPHIC.test(after)) return true;
  if (before === "-") return /\p{L}/u.test(after);
  return isWord && (UNSPACED.test(before) || UNSPACED.test(after));
}

/** Where words begin; nowhere in a browser that cannot tell (Firefox before 125). */
function wordStarts(text: string): Set<number> {
  if (!UNSPACED.test(text) || !("Segmenter" in Intl)) return new Set();
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  return new Set(Array.from(segmenter.segment(text), ({ index }) => index));
}
