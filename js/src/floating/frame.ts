// The frame in which a picture floats: in a corner of its place, with captions and buttons. Can be
// put into another corner and made larger or smaller, by pointer and by keys. Knows no avatar.

import type { Line } from "../model/captions.ts";
import { button, h, icon, iconButton, label, setText } from "../page/dom.ts";
import * as icons from "../panel/icons.ts";
import { keepKeys } from "../panel/keys.ts";
import {
  allowedWidth,
  type Corner,
  cornerTowards,
  NARROWEST,
  nameOf,
  nearestCorner,
  nextCorner,
  nextWidth,
  WIDEST,
  widthTowards,
} from "./corner.ts";
import { drag } from "./drag.ts";
import style from "./floating.css?inline";
import { Layer } from "./layer.ts";
import { recall, remember } from "./memory.ts";
import type { Place } from "./place.ts";

/** What the frame's buttons do. */
export interface Commands {
  goBack(): void;
  close(): void;
}

const SETTLE_MS = 180;

export class Frame {
  /** What the picture is put into. */
  readonly picture = h("div", { class: "hw-picture" });
  /** What had the focus before something in the frame got it. */
  cameFrom: HTMLElement | null = null;

  private readonly captions = h("p", { class: "hw-captions", "aria-hidden": "true", dir: "auto" });
  private readonly move = iconButton();
  private readonly size = button(
    {
      class: "hw-size",
      role: "slider",
      "aria-label": "Size",
      "aria-valuemin": String(NARROWEST),
      "aria-valuemax": String(WIDEST),
      title: "Size (drag, click or arrow keys)",
    },
    icon(icons.SIZE),
  );
  /** Says where the user has put it. */
  private readonly said = h("p", { class: "hw-hidden", role: "status" });
  private readonly frame = h("div", {
    class: "hw-frame",
    role: "group",
    "aria-label": "Floating avatar",
  });
  private readonly layer: Layer;
  private readonly life = new AbortController();
  private setting = recall();
  private shown = "";

  constructor(place: Place, commands: Commands) {
    const { signal } = this.life;
    const back = iconButton();
    label(back, icons.BACK, "Back to the avatar");
    back.addEventListener("click", () => commands.goBack(), { signal });
    const close = iconButton();
    label(close, icons.CLOSE, "Close");
    close.addEventListener("click", () => commands.close(), { signal });
    label(this.move, icons.MOVE, "Move");
    this.move.title = "Move (drag, click or arrow keys)";
    this.frame.append(
      this.picture,
      this.captions,
      h("div", { class: "hw-tools" }, back, this.move, close),
      this.size,
      this.said,
    );
    this.layer = new Layer(place, style, this.frame);
    this.makeMovable(signal);
    this.makeResizable(signal);
    keepKeys(this.frame, signal);
    this.frame.addEventListener(
      "focusin",
      ({ relatedTarget }) => {
        const inside = this.frame.contains(relatedTarget as Node | null);
        if (!inside) this.cameFrom = relatedTarget as HTMLElement | null;
      },
      { signal },
    );
    this.apply();
  }

  get hasFocus(): boolean {
    return this.frame.contains(document.activeElement);
  }

  /** Take over the colours of `panel`. */
  wear(panel: HTMLElement): void {
    this.layer.wear(panel);
  }

  /** Show what is being said. */
  caption(line: Line | null): void {
    const shown = line ? `${line.first} ${line.speaking} ${line.text}` : "";
    if (shown === this.shown) return;
    this.shown = shown;
    this.captions.replaceChildren(...(line ? [h("span", {}, ...captionOf(line))] : []));
  }

  remove(): void {
    this.life.abort();
    this.layer.remove();
  }

  private makeMovable(signal: AbortSignal): void {
    const { frame, move } = this;
    const settle = (dragged: boolean) => {
      const from = frame.getBoundingClientRect();
      frame.style.translate = "";
      if (dragged) this.put(nearestCorner(from, this.layer.rect), from);
    };
    const follow = (x: number, y: number) => {
      frame.style.translate = `${x}px ${y}px`;
    };
    drag(this.picture, { follow, end: settle }, signal);
    drag(move, { follow, end: settle }, signal);
    move.addEventListener("click", () => this.put(nextCorner(this.setting.corner)), { signal });
    move.addEventListener(
      "keydown",
      (event) => {
        const corner = cornerTowards(event.key, this.setting.corner);
        if (!corner) return;
        event.preventDefault();
        this.put(corner);
      },
      { signal },
    );
  }

  private makeResizable(signal: AbortSignal): void {
    const { frame, size } = this;
    let before = 0;
    const follow = (x: number) => {
      before ||= frame.offsetWidth;
      this.setting = {
        ...this.setting,
        width: allowedWidth(before + (this.setting.corner.left ? x : -x)),
      };
      this.apply();
    };
    const end = (dragged: boolean) => {
      const width = dragged ? frame.offsetWidth : before;
      if (before) this.resize(width);
      before = 0;
    };
    drag(size, { follow, end }, signal);
    size.addEventListener(
      "click",
      () => this.resize(nextWidth(frame.offsetWidth, this.layer.widest)),
      { signal },
    );
    size.addEventListener(
      "keydown",
      (event) => {
        const width = widthTowards(event.key, frame.offsetWidth);
        if (width === null) return;
        event.preventDefault();
        this.resize(width);
      },
      { signal },
    );
  }

  /** Put it into a corner for good; `from` is where it is seen now. */
  private put(corner: Corner, from = this.frame.getBoundingClientRect()): void {
    this.setting = { ...this.setting, corner };
    remember(this.setting);
    this.apply();
    setText(this.said, nameOf(corner));
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const to = this.frame.getBoundingClientRect();
    const offset = `${from.left - to.left}px ${from.top - to.top}px`;
    this.frame.animate([{ translate: offset }, {}], { duration: SETTLE_MS, easing: "ease-out" });
  }

  private resize(width: number): void {
    this.setting = { ...this.setting, width: allowedWidth(width) };
    remember(this.setting);
    this.apply();
  }

  private apply(): void {
    const { corner, width } = this.setting;
    this.frame.dataset.corner = nameOf(corner).toLowerCase();
    this.frame.style.setProperty("--hw-width", `${width}px`);
    this.size.ariaValueNow = String(width);
    this.size.ariaValueText = `${width} pixels wide`;
  }
}

/** A line, with its latest word marked while it is spoken. */
function captionOf({ words, text, speaking }: Line): (Node | string)[] {
  const at = text.length - (words.at(-1) ?? "").length;
  return [text.slice(0, at), h("span", speaking ? { class: "hw-now" } : {}, text.slice(at))];
}
