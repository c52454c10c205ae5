// Captions as one view shows them: the line that is being heard, over the picture; and, for screen
// readers, those that are over.

import type { Avatar } from "../model/avatar.ts";
import type { Line } from "../model/captions.ts";
import { h } from "../page/dom.ts";
import { lineStarts } from "./line_breaks.ts";

const MOST_LOGGED = 50;

export class CaptionView {
  private shown = "";
  private line: Line | null = null;

  /** Show lines in `captions`; tell them in `log` once they are over. */
  constructor(
    private readonly captions: HTMLElement,
    private readonly log: HTMLElement,
  ) {}

  /** Show the line that is being heard, if `on`. Only one view `logs`. */
  draw({ captions, player }: Avatar, on: boolean, logs: boolean): void {
    const line = player ? captions.lineShownAt(player.position) : null;
    const shown = line ? `${line.first} ${line.speaking} ${on} ${line.text}` : "";
    if (shown === this.shown) return;
    this.shown = shown;
    const over = this.line?.first !== line?.first ? this.line : null;
    if (over && logs) this.tell(over, player?.muted ?? false);
    this.line = line;
    this.captions.replaceChildren(...(line && on ? [h("span", {}, ...lineNodes(line))] : []));
  }

  /** Add a finished line to the log. Readers speak it only if the avatar cannot be heard. */
  private tell({ text }: Line, muted: boolean): void {
    this.log.ariaLive = muted ? "polite" : "off";
    this.log.append(h("p", {}, text));
    if (this.log.childElementCount > MOST_LOGGED) this.log.firstChild?.remove();
  }
}

function lineNodes({ words, text, speaking }: Line): (Node | string)[] {
  const latest = words.at(-1) ?? "";
  const at = text.length - latest.length;
  const starts = lineStarts(text);
  const word = h(
    "span",
    speaking ? { class: "hw-now" } : {},
    ...broken(text, at, text.length, starts),
  );
  return [...broken(text, 0, at, starts), word];
}

/** A part of a text, with its line breaks. */
function broken(text: string, from: number, to: number, starts: number[]): (Node | string)[] {
  const places = starts.filter((place) => from <= place && place < to);
  const runs = [from, ...places].map((place, index) => text.slice(place, places[index] ?? to));
  return runs.flatMap((run, index) => (index > 0 ? [h("br"), run] : [run]));
}
