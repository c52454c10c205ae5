// The two players, for streams and for rooms: modules of their own, of which a page gets what its
// avatars need. Knows nothing of what is in them.

import { Shelf } from "../page/library.ts";
import { PLAYER_VERSION, type SessionView } from "../protocol.ts";
import type { Avatar } from "./avatar.ts";
import type { House, Show } from "./session_player.ts";

/** A module that the kernel sends, with what it works with: hls.js or livekit-client. */
export interface PlayerModule<Engine = unknown> {
  default: Engine;
  Show: new (engine: Engine, house: House, signal: AbortSignal) => Show;
  /** In either, since what is in a notebook's every widget should stay small. */
  TranscriptView: new (
    avatar: Avatar,
    element: HTMLElement,
  ) => { draw(): void };
}

const SHELVES: Record<SessionView["player"], Shelf<PlayerModule>> = {
  stream: new Shelf(`player@${PLAYER_VERSION}`),
  room: new Shelf(`livekit@${PLAYER_VERSION}`),
};

/** Where the page keeps the player for an avatar's sessions. */
export function playerFor({ player }: SessionView): Shelf<PlayerModule> {
  return SHELVES[player];
}

/** Whether it is time to have the player: that of streams before the first word, to lose none of it. */
export function needsPlayer({ player, epoch }: SessionView): boolean {
  return player === "stream" || epoch > 0;
}
