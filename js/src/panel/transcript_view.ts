// The transcript as one view shows it: what is spoken marked, what is queued dimmed. Only what has
// changed is touched, so that a selection holds and thousands of words cost nothing.

import type { PlayerHost } from "../model/player_host.ts";
import { isOver } from "../model/status.ts";
import { type Passage, Transcript } from "../model/transcript.ts";
import { h, setText } from "../page/dom.ts";

interface Row {
  element: HTMLElement;
  parts: readonly [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  shown: string;
}

/** Pixels from the end within which the view follows what is spoken. */
const NEAR = 80;

export class TranscriptView {
  private readonly transcript: Transcript;
  private readonly placeholder: HTMLElement;
  private readonly rows: Row[] = [];
  /** Where the reader is expected; elsewhere they have scrolled by themselves. */
  private top = 0;

  /** Show the transcript in `element`; what that holds stands in for it while it is empty. */
  constructor(
    private readonly host: PlayerHost,
    private readonly element: HTMLElement,
  ) {
    this.transcript = new Transcript(host.state.speeches);
    this.placeholder = element.firstElementChild as HTMLElement;
  }

  draw(): void {
    if (this.element.hidden) return;
    const { player, state } = this.host;
    const { captions, session } = state;
    const over = isOver(session) && player?.state !== "playing";
    const passages = this.transcript.passages(captions, player?.position ?? 0, over);
    this.placeholder.hidden = passages.length > 0;
    for (const row of this.rows.splice(passages.length)) row.element.remove();
    let latest: HTMLElement | null = null;
    for (const [index, passage] of passages.entries()) {
      const row = this.row(index);
      if (drawPassage(row, passage)) latest = row.parts[1];
    }
    if (latest) this.follow(latest);
  }

  private row(index: number): Row {
    const known = this.rows[index];
    if (known) return known;
    const parts = [h("span"), h("span"), h("span"), h("i")] as const;
    parts[2].className = "hw-queued";
    const row = { element: h("p", { dir: "auto" }, ...parts), parts, shown: "" };
    this.rows.push(row);
    this.element.append(row.element);
    return row;
  }

  /** Keep the latest word in sight, unless the reader looks elsewhere. */
  private follow(word: HTMLElement): void {
    const { element } = this;
    if (Math.abs(element.scrollTop - this.top) > NEAR) return;
    const below = word.getBoundingClientRect().bottom - element.getBoundingClientRect().bottom;
    if (below > -8) element.scrollTop += below + element.clientHeight / 3;
    this.top = element.scrollTop;
  }
}

/** Show a passage; says whether its latest word is another one now. */
function drawPassage(row: Row, { id, text, from, to, now, note }: Passage): boolean {
  const shown = `${id} ${text.length} ${from} ${to} ${now} ${note}`;
  if (shown === row.shown) return false;
  row.shown = shown;
  const [before, word, queued, end] = row.parts;
  setText(before, text.slice(0, from));
  setText(word, text.slice(from, to));
  setText(queued, text.slice(to));
  setText(end, note && ` (${note})`);
  word.className = now ? "hw-now" : "";
  return from < to;
}
