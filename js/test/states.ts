// Every state in which a person can meet the widget, by name: the stand-in model is led there.

import { expect } from "vitest";
import { userEvent } from "vitest/browser";
import { endsSentence } from "../src/model/sentences.ts";
import { Presenter } from "../src/present/presenter.ts";
import { PLAYER_VERSION, type SessionView, type Word } from "../src/protocol.ts";
import { find, type Host, type Model, type Shown } from "./model.ts";
import { instances, lend, standInLibrary } from "./stand_in.ts";

export type Widget = Shown & { host: Host; model: Model };

const FIRST = "Hello! I am your avatar. Whatever you send me from a cell, I say.";
const SECOND = "You can type to me as well, in the box below.";
const THIRD =
  "And while your model fits for an hour, I keep talking: a busy kernel does not stop me.";

const LIVE: Partial<SessionView> = {
  epoch: 1,
  status: "streaming",
  hls_url: "http://127.0.0.1:1/stream.m3u8",
  rehearsal: true,
  elapsed: 33,
  running: true,
  price_per_second: 0.05,
};
/** What an avatar in a room can do besides. */
const ROOM: Partial<SessionView> = {
  can_interrupt: true,
  qualities: ["low", "medium", "high"],
  quality: "high",
};
/** The document of a figure's frame, without what makes it live. */
const TABLE =
  '<!doctype html><html lang="en"><title>Totals</title><table><tr><td>Ada</td></tr></table>';
const OVER = { status: "completed", running: false, hls_url: null } as const;
const REFUSED = {
  title: "HeyGen refused the key",
  hint: "Check the key in HEYGEN_API_KEY: it may have been replaced or have expired.",
  request_id: "req_7f3a91c2",
};

/** Words of 0.3 s that have just been spoken; the last one lasts. */
function words(text: string, begin = -30): Word[] {
  let upto = -1;
  let caption = 0;
  const spoken = text.split(" ").map((word, index): Word => {
    const start = begin + 0.4 * index;
    const from = upto + 1;
    upto = from + word.length;
    const told = { word, start, end: start + 0.3, caption, place: [0, from, upto] } as const;
    if (endsSentence(word)) caption += 1;
    return told;
  });
  const last = spoken.at(-1);
  if (last) last.end = 600;
  return spoken;
}

function say({ model }: Widget, ...texts: string[]): void {
  for (const [id, text] of texts.entries()) {
    model.receive({ kind: "speech", epoch: 1, id, text, status: "sent", first: 0 });
  }
}

function hear({ model }: Widget, text: string): void {
  model.receive({ kind: "words", epoch: 1, first: 0, words: words(text) });
}

/** Have the session stream and the picture play. */
async function play(widget: Widget, change: Partial<SessionView> = {}): Promise<void> {
  const { root, model } = widget;
  lend(await portrait());
  await touch();
  const made = instances().length;
  model.receive({ kind: "player", version: PLAYER_VERSION }, [standInLibrary()]);
  model.update({ epoch: 1, status: "creating", rehearsal: true });
  model.update({ ...LIVE, ...change });
  await expect.poll(() => instances().length).toBeGreaterThan(made);
  await expect.poll(() => root.dataset.playback).toBe("playing");
}

async function talk(widget: Widget, change: Partial<SessionView> = {}): Promise<void> {
  await play(widget, change);
  say(widget, FIRST, SECOND, THIRD);
  hear(widget, "Hello! I am your avatar. Whatever you send me from");
}

/** Present a table beside the picture; `estimated` where the service tells no words. */
async function present(widget: Widget, estimated: boolean): Promise<void> {
  const { model, root } = widget;
  Object.assign(globalThis, { heygenPresenter: { Presenter } });
  const source = "export const { Presenter } = globalThis.heygenPresenter;";
  const bytes = (text: string) => [new DataView(new TextEncoder().encode(text).buffer)];
  model.receive({ kind: "presenter", version: PLAYER_VERSION }, bytes(source));
  model.receive({ kind: "figure", id: 1, title: "Totals" }, bytes(TABLE));
  const cues = [{ figure: 1, actions: [], calls: false }];
  model.receive({ kind: "cues", speech: 0, figure: 1, first: 0, cues, places: [7], estimated });
  const figures = find(root, ".hw-figures");
  await expect.poll(() => figures.hidden).toBe(false);
}

function fault(error: object): void {
  instances()
    .at(-1)
    ?.emit("error", { fatal: true, ...error });
}

async function end(widget: Widget, change: Partial<SessionView>): Promise<void> {
  await play(widget);
  widget.model.update({ ...OVER, ...change });
  find(widget.root, "video").dispatchEvent(new Event("ended"));
}

const box = ({ root }: Widget) => find<HTMLTextAreaElement>(root, "textarea");
const click = ({ root }: Widget, name: string) =>
  find<HTMLButtonElement>(root, `[aria-label="${name}"]`).click();

/** As before the user has touched the page: `play()` is refused. */
async function refusing(what: "sound" | "all", act: () => Promise<void>): Promise<void> {
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    const refused = what === "all" || !this.muted;
    if (!refused) return play.call(this);
    this.pause();
    return Promise.reject(new DOMException("no gesture", "NotAllowedError"));
  };
  try {
    await act();
  } finally {
    HTMLMediaElement.prototype.play = play;
  }
}

export const STATES: Record<string, (widget: Widget) => void | Promise<void>> = {
  idle: ({ model }) => model.update({ rehearsal: true }),
  creating: ({ model }) => model.update({ epoch: 1, status: "creating", rehearsal: true }),
  pending: ({ model }) => model.update({ epoch: 1, status: "pending", rehearsal: false }),
  "no picture yet": ({ model }) => model.update(LIVE),
  live: (widget) => play(widget),
  speaking: (widget) => talk(widget),
  "in a room": (widget) => talk(widget, ROOM),
  "speaking, transcript open": async (widget) => {
    await talk(widget);
    click(widget, "Transcript");
  },
  "right to left": async (widget) => {
    await play(widget);
    say(widget, "مرحبا! أنا الصورة الرمزية الخاصة بك. سأقول كل ما تكتبه.");
    hear(widget, "مرحبا! أنا الصورة الرمزية الخاصة");
    click(widget, "Transcript");
  },
  "long text": async (widget) => {
    await talk(widget);
    box(widget).value = "A longer text, over several lines.\n".repeat(8);
    box(widget).dispatchEvent(new Event("input"));
  },
  presenting: async (widget) => {
    await talk(widget);
    await present(widget, false);
  },
  "presenting, no words": async (widget) => {
    await talk(widget);
    await present(widget, true);
  },
  muted: async (widget) => {
    await talk(widget);
    click(widget, "Mute");
  },
  finishing: (widget) => talk(widget, { status: "draining", rehearsal: false }),
  "cost limit near": (widget) =>
    talk(widget, { rehearsal: false, limit_at: 41, limit: "max_cost" }),
  "hour nearly over": (widget) =>
    talk(widget, { rehearsal: false, elapsed: 3330, limit_at: 3600, limit: "longest" }),
  "idle end near": (widget) => play(widget, { rehearsal: false, idle_at: 45 }),
  "ended, all said": (widget) => end(widget, { end_reason: "final_marker", rehearsal: false }),
  "ended, no text": (widget) =>
    end(widget, { end_reason: "idle_timeout", idle_timeout: 30, rehearsal: false }),
  "ended, cost limit": (widget) =>
    end(widget, { end_reason: "limit", limit: "max_cost", rehearsal: false }),
  stopped: (widget) => end(widget, { status: "cancelled" }),
  "ended without picture": ({ model }) =>
    model.update({ ...LIVE, ...OVER, end_reason: "final_marker" }),
  refused: (widget) => {
    say(widget, FIRST);
    widget.model.update({ epoch: 1, status: "error", error: REFUSED });
  },
  "failed while live": async (widget) => {
    await play(widget);
    say(widget, FIRST);
    const error = { title: "HeyGen does not answer", hint: "Try again later.", request_id: null };
    widget.model.update({ ...OVER, status: "error", error });
    find(widget.root, "video").dispatchEvent(new Event("ended"));
  },
  "text refused": async (widget) => {
    await play(widget);
    box(widget).value = FIRST;
    box(widget).dispatchEvent(new Event("input"));
    click(widget, "Send");
    const hint =
      "A session takes two hours of text at most. Send less, or wait until some is spoken.";
    const problem = { title: "Too much text", hint, request_id: "req_52b0" };
    widget.model.ack("speak", problem);
  },
  "sound blocked": (widget) => refusing("sound", () => talk(widget)),
  paused: async (widget) => {
    await talk(widget);
    find(widget.root, ".hw-screen").focus();
    find(widget.root, ".hw-screen").dispatchEvent(new KeyboardEvent("keydown", { key: " " }));
  },
  "in another view": async (widget) => {
    await play(widget);
    widget.host.render().root.hidden = true;
  },
  buffering: async (widget) => {
    await talk(widget);
    find(widget.root, "video").dispatchEvent(new Event("waiting"));
  },
  recovering: async (widget) => {
    await talk(widget);
    find(widget.root, "video").dispatchEvent(new Event("waiting"));
    fault({ type: "networkError", details: "levelLoadError" });
  },
  "picture failed": async (widget) => {
    await talk(widget);
    for (let times = 0; times < 5; times += 1) {
      fault({ type: "mediaError", details: "bufferAppendError" });
    }
    await expect.poll(() => widget.root.dataset.playback).toBe("failed");
  },
  "cannot decode": async (widget) => {
    await play(widget, { page_url: "http://127.0.0.1:1/player" });
    fault({ type: "mediaError", details: "bufferAddCodecError" });
  },
  "cannot decode, no page": async (widget) => {
    await play(widget);
    fault({ type: "mediaError", details: "bufferAddCodecError" });
  },
  "kernel gone": async (widget) => {
    await talk(widget);
    widget.model.send = () => {
      throw new Error("the comm is closed");
    };
    click(widget, "Mute"); // is told to the kernel
  },
  "kernel busy": async (widget) => {
    await play(widget);
    box(widget).value = FIRST;
    box(widget).dispatchEvent(new Event("input"));
    click(widget, "Send"); // and nobody answers
    const notice = find(widget.root, ".hw-notice");
    await expect.poll(() => notice.textContent).not.toBe("");
  },
};

/** Browsers let pages sound that the user has touched. */
async function touch(): Promise<void> {
  if (!navigator.userActivation.hasBeenActive) await userEvent.click(document.body);
}

let drawn: Promise<MediaStream> | undefined;

/** The avatar's picture: a frame that the screenshots' command leaves, or something like it. */
function portrait(): Promise<MediaStream> {
  drawn ??= draw();
  return drawn;
}

async function draw(): Promise<MediaStream> {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("no canvas");
  const image = new Image();
  image.src = new URL("../../screenshots/avatar.png", import.meta.url).href;
  const there = await image.decode().then(
    () => true,
    () => false,
  );
  const paint = () => {
    pen.fillStyle = "#9db7c9";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    if (there) pen.drawImage(image, 0, 0);
  };
  setInterval(paint, 100);
  paint();
  return canvas.captureStream(10);
}
