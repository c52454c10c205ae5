// The page of a speech file: plays the voice, and marks the word that is heard. A click on a word
// plays from there. Asks nobody for anything.

/** The number of the last word that has begun at `time`; -1 before the first. */
export function wordAt(starts: readonly number[], time: number): number {
  return starts.findLastIndex((start) => start <= time);
}

/** Seconds after its making in which a speech plays by itself: not when a saved notebook is opened. */
const FRESH = 10;

export function play(page: ParentNode, now = Date.now()): void {
  const audio = page.querySelector("audio");
  if (!audio) return;
  const words = [...page.querySelectorAll<HTMLElement>("[data-start]")];
  const starts = words.map((word) => Number(word.dataset.start));
  let marked: HTMLElement | undefined;
  const mark = () => {
    const word = audio.ended ? undefined : words[wordAt(starts, audio.currentTime)];
    if (word !== marked) {
      marked?.classList.remove("now");
      word?.classList.add("now");
      word?.scrollIntoView({ block: "nearest" });
      marked = word;
    }
    if (!audio.paused) requestAnimationFrame(mark);
  };
  for (const event of ["play", "seeked", "ended"]) audio.addEventListener(event, mark);
  for (const word of words) {
    word.addEventListener("click", () => {
      audio.currentTime = Number(word.dataset.start);
      audio.play().catch(() => {}); // the browser may want another click
    });
  }
  const age = now / 1000 - Number(audio.dataset.made);
  if (Math.abs(age) < FRESH) audio.play().catch(() => {});
}
