// What stands in the picture's place, or over it, in words: one scene for each situation. Decides;
// draws nothing.

import type { Avatar } from "../model/avatar.ts";
import { endText, isLive, isOpening, isOver, type StatusLine } from "../model/status.ts";
import type { View } from "../model/video_placement.ts";
import type { Problem } from "../protocol.ts";
import * as icons from "./icons.ts";

/** The one thing a scene offers to do. */
export interface Act {
  name: string;
  label: string;
  icon: string;
  run: () => void;
}

export interface Scene {
  name: "idle" | "opening" | "live" | "over" | "error" | "elsewhere" | "gone";
  title: string;
  hint: string;
  /** Code that follows the hint. */
  code: string;
  /** Identifier to quote to those who run the server. */
  request: string;
  act: Act | null;
  /** Address of a page that can do more; null without one. */
  link: string | null;
  /** What goes on by itself, over the picture. */
  note: string;
}

/** A session begins with something to say; this is what the button says. */
const GREETING = "Hello!";

const BLANK: Omit<Scene, "name"> = {
  title: "",
  hint: "",
  code: "",
  request: "",
  act: null,
  link: null,
  note: "",
};

/** What a view can do beside what the avatar does. */
export interface Offers {
  /** Prepare to say something again; sends nothing. */
  speakAgain(): void;
  /** The text given last, wherever it came from. */
  lastText(): string | undefined;
}

/** Choose the scene of a view. */
export function sceneOf(avatar: Avatar, view: View & Offers, status: StatusLine): Scene {
  const { session, player, holder } = avatar;
  const state = player?.state;
  if (avatar.kernelGone) return gone();
  if (isOpening(session)) {
    // A room is open to its viewers before it is anything more.
    if (player?.problem && holder === view) return hindered(player.problem);
    return { ...BLANK, name: "opening", note: status.text };
  }
  const playing = player && state !== "ended" && state !== "failed" && state !== "unsupported";
  const going = isLive(session) || (session.status === "completed" && playing);
  if (going && player && holder !== view) {
    return elsewhere("Playing in another view", () => avatar.bringTo(view));
  }
  if (going && player?.elsewhere) return elsewhere("Playing in another page", () => player.retry());
  if (isLive(session) && state === "unsupported") return unsupported(avatar);
  if (isLive(session) && state === "failed") return failed(avatar);
  if (isLive(session) && player?.problem && !player.started) return hindered(player.problem);
  if (going) return live(avatar, status);
  if (session.error) return error(avatar, view, session.error);
  return isOver(session) ? over(avatar, view) : idle(avatar);
}

function idle(avatar: Avatar): Scene {
  const act = {
    name: "hw-start",
    label: "Say hello",
    icon: icons.PLAY,
    run: () => avatar.speak(GREETING),
  };
  return { ...BLANK, name: "idle", act, hint: "or, in a cell, ", code: 'avatar.speak("Hello")' };
}

function live({ player }: Avatar, { text, tone }: StatusLine): Scene {
  const act = (label: string, icon: string, run: () => void): Scene => ({
    ...BLANK,
    name: "live",
    act: { name: "hw-sound", label, icon, run },
  });
  if (player?.state === "blocked" || player?.state === "paused") {
    return act("Play", icons.PLAY, () => player.play());
  }
  const note = tone === "busy" ? text : "";
  if (!player?.started) return { ...BLANK, name: "opening", note };
  if (!player.soundBlocked) return { ...BLANK, name: "live", note };
  return { ...act("Turn sound on", icons.MUTED, () => player.setMuted(false)), note };
}

function over(avatar: Avatar, view: Offers): Scene {
  const cost = avatar.meter.costText(performance.now(), "would have cost");
  const title = [endText(avatar.session), cost].filter(Boolean).join(" · ");
  return { ...BLANK, name: "over", title, act: again(view) };
}

function again(view: Offers): Act {
  const run = () => view.speakAgain();
  return { name: "hw-start", label: "Speak again", icon: icons.RETRY, run };
}

function error(avatar: Avatar, view: Offers, { title, hint, request_id }: Problem): Scene {
  const text = view.lastText();
  const retry = () => avatar.speak(text ?? "");
  const act = text ? { name: "hw-start", label: "Retry", icon: icons.RETRY, run: retry } : null;
  return { ...BLANK, name: "error", title, hint, request: request_id ?? "", act };
}

function failed({ player }: Avatar): Scene {
  const title = player?.problem?.title ?? "The video could not be played";
  const why = player?.problem?.hint ?? player?.detail ?? "";
  const hint = `The avatar is still speaking, and the session is billed. ${why}`.trim();
  const run = () => player?.retry();
  const retry = { name: "hw-start", label: "Retry", icon: icons.RETRY, run };
  return { ...BLANK, name: "error", title, hint, act: player?.canRetry === false ? null : retry };
}

/** Something prevents playback, at least for now. */
function hindered({ title, hint }: Problem): Scene {
  return { ...BLANK, name: "error", title, hint };
}

function unsupported({ player, session }: Avatar): Scene {
  const title = player?.unsupported || "This browser cannot play the video.";
  const link = /^https?:\/\//i.test(session.page_url ?? "") ? session.page_url : null;
  const where = link ? "" : " Open this notebook in a regular browser to see and hear it.";
  const hint = `The avatar is still speaking, and the session is billed.${where}`;
  return { ...BLANK, name: "error", title, hint, link };
}

function elsewhere(title: string, run: () => void): Scene {
  const act = { name: "hw-start", label: "Play here", icon: icons.PICTURE_IN_PICTURE, run };
  return { ...BLANK, name: "elsewhere", title, act };
}

function gone(): Scene {
  const title = "The kernel is gone";
  const hint =
    "The kernel was restarted or shut down, which ended the session. Run the cell again to go on.";
  return { ...BLANK, name: "gone", title, hint };
}
