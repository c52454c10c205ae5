// The two players, for streams and for rooms: modules of their own, of which a page gets what its
// avatars need. Knows nothing of what is in them.

import { isInRoom, PLAYER_VERSION, type SessionView } from "./protocol.ts";
import { Shelf } from "./shelf.ts";
import type { House, Show } from "./show.ts";
import type { TranscriptView } from "./transcript_view.ts";

/** A module that the kernel sends, with what it works with: hls.js or livekit-client. */
export interface PlayerModule<Engine = unknown> {
  default: Engine;
  Show: new (engine: Engine, house: House, signal: AbortSignal) => Show;
  TranscriptView: typeof TranscriptView;
}

const STREAMS = new Shelf<PlayerModule>(`player@${PLAYER_VERSION}`);
const ROOMS = new Shelf<PlayerModule>(`livekit@${PLAYER_VERSION}`);

/** Where the page keeps the player for an avatar's sessions. */
export function playerFor(session: SessionView): Shelf<PlayerModule> {
  return isInRoom(session) ? ROOMS : STREAMS;
}
