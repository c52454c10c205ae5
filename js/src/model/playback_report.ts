// What the kernel is told of the player.

import type { Playback } from "../protocol.ts";
import type { Picture } from "./video_player.ts";

export interface Report {
  /** What of it would be news; equal for two reports of the same state. */
  news: string;
  /** Null while nothing is played. */
  message: Playback | null;
}

/** Describe what `player` does with the session `epoch`. */
export function report(player: Picture, epoch: number): Report {
  const { state, heard: sound, stalls, recoveries, detail, transport, position, latency } = player;
  const reason = player.transportReason;
  const news = JSON.stringify([epoch, state, sound, stalls, recoveries, transport, detail]);
  if (!transport) return { news, message: null };
  const times = { position, latency };
  const facts = { epoch, state, sound, stalls, recoveries, transport, reason, detail };
  return { news, message: { kind: "playback", ...facts, ...times } };
}
