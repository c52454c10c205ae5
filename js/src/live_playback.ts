// What plays and follows a room: a module of its own with livekit-client in it, as `playback.ts` is for
// streams.

import { ConnectionErrorReason, DisconnectReason, Room, RoomEvent } from "livekit-client";

export { RoomShow as Show } from "./room_show.ts";
export { TranscriptView } from "./transcript_view.ts";
export default { ConnectionErrorReason, DisconnectReason, Room, RoomEvent };
