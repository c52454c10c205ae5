// The text box with its history, and the buttons that send, interrupt, finish and stop.

import type { Avatar } from "../model/avatar.ts";
import type { Walk } from "../model/input_history.ts";
import { isLive, isOpening } from "../model/status.ts";
import type { UiState } from "../model/ui_state.ts";
import { button, h, icon, iconButton, label, retire, SUPPRESS, setText } from "../page/dom.ts";
import { MAX_TEXT_LENGTH } from "../protocol.ts";
import * as icons from "./icons.ts";
import { isComposing } from "./keys.ts";

export class Composer {
  private readonly text = h("textarea", {
    class: "hw-text",
    rows: "1",
    dir: "auto",
    maxlength: String(MAX_TEXT_LENGTH),
    placeholder: "Type something to say",
    "aria-label": "Text for the avatar to speak",
    enterkeyhint: "send",
    [SUPPRESS]: "",
  });
  private readonly send = iconButton({ class: "hw-icon hw-send" });
  private readonly interrupt = button(
    { class: "hw-plain", title: "Stop speaking now; the session stays open" },
    icon(icons.INTERRUPT),
    "Interrupt",
  );
  private readonly finish = button(
    { class: "hw-plain", title: "Accept no more text; queued text is still spoken" },
    icon(icons.FINISH),
    "Finish",
  );
  private readonly stopLabel = h("span", {}, "Stop");
  private readonly stop = button(
    { class: "hw-plain hw-stop", title: "End the session now" },
    icon(icons.STOP),
    this.stopLabel,
  );
  readonly element = h(
    "div",
    { class: "hw-form", role: "group", "aria-label": "Speak" },
    h("div", { class: "hw-field" }, this.text, this.send),
    this.interrupt,
    this.finish,
    this.stop,
  );

  /** The way through the history, while the user is on it. */
  private walk: Walk | null = null;

  constructor(
    private readonly avatar: Avatar,
    private readonly ui: UiState,
    signal: AbortSignal,
  ) {
    label(this.send, icons.SEND, "Send", "Enter");
    const on = (target: HTMLElement, handle: () => void) =>
      target.addEventListener("click", handle, { signal });
    on(this.send, () => this.submit());
    on(this.interrupt, () => avatar.ask({ kind: "interrupt" }));
    on(this.finish, () => avatar.ask({ kind: "finish" }));
    on(this.stop, () => avatar.ask({ kind: "stop" }));
    this.text.value = ui.draft;
    this.text.addEventListener("input", () => this.keep(), { signal });
    this.text.addEventListener("keydown", (event) => this.obey(event), { signal });
  }

  /** Put text into the box, selected: Enter sends it, typing replaces it. Sends nothing. */
  offer(text: string): void {
    if (!this.text.value) this.write(text);
    this.text.focus();
    this.text.select();
  }

  draw(): void {
    const { awaiting, kernelGone, session } = this.avatar;
    const stopping = awaiting === "stop";
    const open = isOpening(session) || isLive(session);
    if (kernelGone) this.text.value ||= this.ui.draft; // what no kernel has heard can be copied
    this.text.readOnly = kernelGone;
    this.text.disabled = kernelGone && this.text.value === "";
    this.send.disabled = kernelGone || this.text.value.trim() === "";
    const ending = stopping || awaiting === "finish";
    const finished = !open || session.status === "draining";
    const silent = kernelGone || !session.can_interrupt;
    const hushing = stopping || awaiting === "interrupt";
    retire(this.interrupt, { hidden: silent, disabled: hushing }, this.text);
    retire(this.finish, { hidden: kernelGone || finished, disabled: ending }, this.text);
    retire(this.stop, { hidden: kernelGone || !open, disabled: stopping }, this.text);
    setText(this.stopLabel, stopping ? "Stopping…" : "Stop");
    // Grows with its text up to the height that the style sheet allows.
    this.text.style.height = "auto";
    if (this.text.value) this.text.style.height = `${this.text.scrollHeight}px`;
  }

  private obey(event: KeyboardEvent): void {
    const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!plain || isComposing(event)) return;
    if (event.key === "Enter") this.submit();
    else if (event.key === "Escape") this.clear();
    else if (event.key === "ArrowUp" && this.leaves(-1)) this.recall(-1);
    else if (event.key === "ArrowDown" && this.leaves(1)) this.recall(1);
    else return;
    event.preventDefault();
  }

  private submit(): void {
    const text = this.text.value;
    if (text.trim() === "") return;
    this.ui.history.add(text);
    this.write("");
    this.text.focus();
    this.avatar.speak(text);
  }

  /** Empty the box; what was in it can be called back. */
  private clear(): void {
    this.ui.history.add(this.text.value);
    this.write("");
  }

  /** Whether an arrow leads out of the text: from its start upwards, on the way also from its end. */
  private leaves(direction: -1 | 1): boolean {
    const { selectionStart, selectionEnd, value } = this.text;
    if (selectionStart !== selectionEnd) return this.walk !== null && !value.includes("\n");
    const onTheWay = this.walk?.text === value;
    if (onTheWay) return selectionEnd === value.length || selectionStart === 0;
    return direction < 0 && selectionStart === 0;
  }

  private recall(direction: -1 | 1): void {
    const { value } = this.text;
    if (this.walk?.text !== value) this.walk = this.ui.history.walk(value);
    const { walk } = this;
    const text = walk.step(direction);
    if (text === undefined) return;
    this.write(text);
    this.walk = walk;
  }

  private write(text: string): void {
    this.walk = null;
    this.text.value = text;
    this.keep();
  }

  /** Leave what is typed where the next view of the avatar finds it. */
  private keep(): void {
    this.ui.draft = this.text.value;
    this.draw();
  }
}
