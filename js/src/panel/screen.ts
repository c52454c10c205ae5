// The picture's place in one view: draws a scene, and captions over it. The player puts its <video>
// first in `screen`.

import type { Avatar } from "../model/avatar.ts";
import type { Line } from "../model/captions.ts";
import { button, h, icon, retire, SUPPRESS, setText } from "../page/dom.ts";
import { lineStarts } from "./line_breaks.ts";
import type { Act, Scene } from "./overlay.ts";

/** Seconds for which a line stays after its last word. */
const LINGER = 2.5;
const MOST_LOGGED = 50;
const KEYS = "Space pauses and plays, M mutes, C shows captions, F is full screen.";

export class Screen {
  private readonly title = h("p", { class: "hw-title", dir: "auto" });
  private readonly hint = h("p", { class: "hw-hint", dir: "auto" });
  private readonly request = h("p", { class: "hw-request" });
  private readonly act = button({});
  private readonly link = h(
    "a",
    { class: "hw-start", target: "_blank", rel: "noopener noreferrer", [SUPPRESS]: "" },
    "Open the player page",
  );
  private readonly words = h("div", { class: "hw-words" }, this.title, this.hint, this.request);
  private readonly card = h(
    "div",
    {},
    h("div", { class: "hw-figure" }),
    this.words,
    this.act,
    this.link,
  );
  private readonly note = h("p", { class: "hw-note", "aria-hidden": "true" });
  private readonly captions = h("p", { class: "hw-captions", "aria-hidden": "true", dir: "auto" });
  private readonly log = h("div", { class: "hw-hidden", role: "log", "aria-label": "Spoken text" });
  readonly screen = h(
    "div",
    {
      class: "hw-screen",
      role: "group",
      tabindex: "0",
      "aria-label": "Player",
      "aria-description": KEYS,
      "aria-keyshortcuts": "Space M C F",
      [SUPPRESS]: "",
    },
    this.card,
    this.note,
    this.captions,
    this.log,
  );

  private run: (() => void) | undefined;
  private captionShown = "";
  private line: Line | null = null;

  constructor(signal: AbortSignal) {
    this.act.addEventListener("click", () => this.run?.(), { signal });
  }

  draw({ name, title, hint, code, request, act, link, note }: Scene, busy: boolean): void {
    this.card.className = `hw-card hw-${name}`;
    this.card.hidden = name === "live" && !act;
    // A reader is told at once of what has gone wrong, and in its turn of all else.
    const wrong = name === "error" || name === "gone";
    this.words.role = wrong ? "alert" : null;
    setText(this.title, title);
    setText(this.request, request && `Request ${request}`);
    if (this.hint.textContent !== hint + code) {
      this.hint.replaceChildren(hint, ...(code ? [h("code", {}, code)] : []));
    }
    this.link.hidden = !link;
    if (link) this.link.href = link;
    this.drawAct(act, busy);
    this.sayNote(note);
  }

  /** Show what goes on by itself. */
  sayNote(note: string): void {
    setText(this.note, note);
  }

  /**
   * Show the line that is being heard, if `on`. Once it is over, and `logs`, tell it to screen
   * readers: only one view is to.
   */
  drawCaptions({ captions, player }: Avatar, on: boolean, logs: boolean): void {
    const time = player?.position ?? 0;
    const heard = player ? captions.lineAt(time) : null;
    const line = heard && time < heard.end + LINGER ? heard : null;
    const shown = line ? `${line.first} ${line.speaking} ${on} ${line.text}` : "";
    if (shown === this.captionShown) return;
    this.captionShown = shown;
    const over = this.line?.first !== line?.first ? this.line : null;
    if (over && logs) this.logLine(over, player?.muted ?? false);
    this.line = line;
    this.captions.replaceChildren(...(line && on ? [h("span", {}, ...lineNodes(line))] : []));
  }

  private drawAct(act: Act | null, busy: boolean): void {
    this.run = act?.run;
    if (act && this.act.textContent !== act.label) {
      this.act.className = act.name;
      this.act.replaceChildren(icon(act.icon), act.label);
    }
    retire(this.act, { hidden: !act, disabled: busy }, this.screen);
  }

  /** Add a finished line to the log. Readers speak it only if the avatar cannot be heard. */
  private logLine({ text }: Line, muted: boolean): void {
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
