// What every live connection to an avatar has in common, be it a room or a bare peer connection.

import type { Connection, Problem } from "../../protocol.ts";
import type { AvatarEvent } from "./avatar_events.ts";
import { hasUsableNetwork } from "./network.ts";

/** Who watches a connection. */
export interface Audience {
  /** A picture or a sound has come. */
  receive(track: MediaStreamTrack): void;
  /** It will not go on. */
  lose(track: MediaStreamTrack): void;
  /** The avatar tells something. */
  hear(event: AvatarEvent): void;
  /** The line is down and is being mended, says `detail`; or is up again. */
  interrupted(detail: string): void;
  resumed(): void;
  /** The server has ended it. */
  ended(): void;
  /** It cannot be, or can no longer. */
  failed(problem: Problem): void;
  /** Another page has taken this one's place. */
  replaced(): void;
  quality(quality: Connection): void;
}

/** Connect, and stay connected until `signal`. */
export type Join = (audience: Audience, signal: AbortSignal) => Promise<void>;

/** What holds of a connection. */
export interface Terms {
  /** Whether it can be made again once it was left. */
  again: boolean;
  /** What may keep its picture away. */
  why: () => Problem;
}

/** After so long without a picture, people are told why that may be. */
const TELL_AFTER_MS = 2500;

const INSTEAD = "Or use Avatar instead of StreamingAvatar: it streams over plain HTTP.";

export const NO_NETWORK: Problem = {
  title: "WebRTC has no usable network in this browser",
  hint: `Connect this computer to any network. ${INSTEAD}`,
  request_id: null,
};

export const NO_MEDIA: Problem = {
  title: "No picture or sound is arriving",
  hint: `WebRTC needs a direct connection, which notebook proxies and firewalls block. ${INSTEAD}`,
  request_id: null,
};

/**
 * Tell in time what stands in the way of a picture; null when nothing does any more. Call the function
 * that is returned as soon as there is one; nothing is told any more then, or after `signal`.
 */
export function watchOver(
  hindered: (problem: Problem | null) => void,
  why: () => Problem,
  signal: AbortSignal,
): () => void {
  let arrived = false;
  let told = false;
  const waiting = () => !arrived && !signal.aborted;
  hasUsableNetwork(TELL_AFTER_MS - 500).then((usable) => {
    if (usable || !waiting()) return;
    told = true;
    hindered(NO_NETWORK);
  });
  const timer = setTimeout(() => {
    if (!waiting() || told) return;
    told = true;
    hindered(why());
  }, TELL_AFTER_MS);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    arrived = true;
    clearTimeout(timer);
    if (told) hindered(null);
    told = false;
  };
}
