// The state of a session and of its player in words, and the colour that goes with them.

import type { Connection, PlaybackState, SessionView } from "../protocol.ts";

/** How the status dot looks. */
export type Tone = "idle" | "busy" | "live" | "over" | "error";

export interface StatusLine {
  text: string;
  tone: Tone;
}

/** All that the words depend on. */
export interface Situation {
  session: SessionView;
  /** What the player is doing; null without one. */
  playback: PlaybackState | null;
  /** What the player repairs, in its own words. */
  recovering?: string | undefined;
  /** How well the picture arrives, where the player can tell. */
  connection?: Connection | null | undefined;
  kernelGone?: boolean;
}

const LIMITS: Record<string, string> = {
  max_cost: "cost limit",
  max_seconds: "time limit",
  longest: "one-hour limit",
};

const GIVEN_UP = new Set<PlaybackState | null>(["ended", "failed", "unsupported"]);

const OPENING = new Set(["creating", "pending"]);
const LIVE = new Set(["streaming", "draining"]);
const OVER = new Set(["completed", "cancelled", "error"]);

/** Whether a session is being opened: nothing to see yet, stopping is possible. */
export const isOpening = ({ status }: SessionView): boolean => OPENING.has(status);

/** Whether a session is speaking or ready to. */
export const isLive = ({ status }: SessionView): boolean => LIVE.has(status);

/** Whether the last session has ended. */
export const isOver = ({ status }: SessionView): boolean => OVER.has(status);

/** Say what goes on, from the server's word and the player's. */
export function statusLine({
  session,
  playback,
  recovering = "",
  connection = null,
  kernelGone = false,
}: Situation): StatusLine {
  if (kernelGone) return { text: "Kernel gone", tone: "over" };
  if (session.state === "stopping") return { text: "Stopping…", tone: "busy" };
  if (session.state === "unreachable") {
    const who = session.rehearsal ? "the avatar server" : "HeyGen";
    return { text: `No response from ${who}`, tone: "error" };
  }
  if (recovering && isLive(session) && !GIVEN_UP.has(playback))
    return { text: recovering, tone: "busy" };
  switch (session.status) {
    case "idle":
      return { text: "Ready", tone: "idle" };
    case "creating":
      return { text: session.place ? capital(session.place) : "Connecting…", tone: "busy" };
    case "pending":
      return { text: `Waiting for ${session.rehearsal ? "the avatar" : "HeyGen"}`, tone: "busy" };
    case "streaming":
      return liveLine(playback, connection);
    case "draining":
      return { text: "Finishing…", tone: "live" };
    case "completed":
      // The last words are still on their way to the viewer when the server is done.
      if (playback === "playing") return { text: "Finishing…", tone: "live" };
      return { text: endText(session), tone: "over" };
    case "cancelled":
      return { text: endText(session), tone: "over" };
    case "error":
      return { text: "Error", tone: "error" };
    default:
      return { text: readable(session.status), tone: "busy" };
  }
}

function liveLine(playback: PlaybackState | null, connection: Connection | null): StatusLine {
  switch (playback) {
    case null:
    case "loading":
      return { text: "Loading video…", tone: "busy" };
    case "waiting":
      return { text: "Live, buffering…", tone: "busy" };
    case "paused":
    case "blocked":
      return { text: "Live, paused here", tone: "busy" };
    case "ended":
      return { text: "Finishing…", tone: "live" };
    case "failed":
    case "unsupported":
      return { text: "Live, no video", tone: "error" };
    default:
      if (connection === "lost") return { text: "Live, connection lost", tone: "busy" };
      return { text: connection === "poor" ? "Live, poor connection" : "Live", tone: "live" };
  }
}

/** Why a session ended. */
export function endText({ status, end_reason, idle_timeout, limit }: SessionView): string {
  const reason = end_reason ?? (status === "cancelled" ? status : "");
  switch (reason) {
    case "":
    case "final_marker":
      return "Ended";
    case "cancelled":
      return "Stopped";
    case "idle_timeout":
      return `Ended: no text for ${idle_timeout ? `${Math.round(idle_timeout)} s` : "a while"}`;
    case "limit":
      return `Ended: ${limitName(limit)}`;
    default:
      return `Ended: ${readable(reason).toLowerCase()}`;
  }
}

/** Name what ended a session, or will. */
export const limitName = (limit: string | null): string => LIMITS[limit ?? ""] ?? "limit reached";

/** `max_length` → `Max length`: words of the server that this version does not know. */
function readable(word: string): string {
  return capital(word.replaceAll("_", " ").trim());
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
