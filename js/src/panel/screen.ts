// The picture's place in one view: draws a scene, and has room for captions over it. The player puts its
// <video> first in `screen`.

import { button, h, icon, retire, SUPPRESS, setText } from "../page/dom.ts";
import type { Act, Scene } from "./overlay.ts";

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
  readonly captions = h("p", { class: "hw-captions", "aria-hidden": "true", dir: "auto" });
  readonly log = h("div", { class: "hw-hidden", role: "log", "aria-label": "Spoken text" });
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

  private drawAct(act: Act | null, busy: boolean): void {
    this.run = act?.run;
    if (act && this.act.textContent !== act.label) {
      this.act.className = act.name;
      this.act.replaceChildren(icon(act.icon), act.label);
    }
    retire(this.act, { hidden: !act, disabled: busy }, this.screen);
  }
}
