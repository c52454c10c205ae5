// The state of a session and of its player in words, and the colour that goes with them.

import type { PlaybackState, SessionView } from "./protocol.ts";

/** How the status dot looks. */
export type Tone = "idle" | "busy" | "live" | "over" | "error";

export interface StatusLine {
  text: string;
  tone: Tone;
}

const OPENING = new Set(["creating", "pending"]);
const LIVE = new Set(["streaming", "draining"]);
const OVER = new Set(["completed", "cancelled", "error"]);

const END_REASONS: Record<string, string> = {
  final_marker: "Ended",
  idle_timeout: "Ended: no text for a while",
  cancelled: "Stopped",
  limit: "Ended: limit reached",
};

/** Whether a session is being opened: nothing to see yet, stopping is possible. */
export const isOpening = ({ status }: SessionView): boolean => OPENING.has(status);

/** Whether a session is speaking or ready to. */
export const isLive = ({ status }: SessionView): boolean => LIVE.has(status);

/** Whether the last session has ended. */
export const isOver = ({ status }: SessionView): boolean => OVER.has(status);

/** Say what goes on, from the server's word and the player's. */
export function statusLine(session: SessionView, playback: PlaybackState | null): StatusLine {
  switch (session.status) {
    case "idle":
      return { text: "Ready", tone: "idle" };
    case "creating":
      return { text: "Connecting…", tone: "busy" };
    case "pending":
      return { text: "Waiting for the avatar…", tone: "busy" };
    case "streaming":
      return liveLine(playback);
    case "draining":
      return { text: "Finishing…", tone: "live" };
    case "completed":
      // The last words are still on their way to the viewer when the server is done.
      if (playback === "playing") return { text: "Finishing…", tone: "live" };
      return { text: endText(session.end_reason), tone: "over" };
    case "cancelled":
      return { text: endText(session.end_reason ?? "cancelled"), tone: "over" };
    case "error":
      return { text: "Error", tone: "error" };
    default:
      return { text: readable(session.status), tone: "busy" };
  }
}

function liveLine(playback: PlaybackState | null): StatusLine {
  switch (playback) {
    case null:
    case "loading":
      return { text: "Picture loading…", tone: "busy" };
    case "waiting":
      return { text: "Live, buffering…", tone: "busy" };
    case "blocked":
      return { text: "Live, paused here", tone: "busy" };
    case "ended":
      return { text: "Finishing…", tone: "live" };
    case "failed":
      return { text: "Live, but without picture", tone: "error" };
    default:
      return { text: "Live", tone: "live" };
  }
}

function endText(reason: string | null): string {
  if (!reason) return "Ended";
  return END_REASONS[reason] ?? `Ended: ${readable(reason).toLowerCase()}`;
}

/** `max_length` → `Max length`: words of the server that this version does not know. */
function readable(word: string): string {
  const spaced = word.replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
