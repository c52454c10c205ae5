// What plays and follows a room: a module of its own with livekit-client in it, as `player_bundle.ts` is
// for streams.

import { ConnectionErrorReason, DisconnectReason, Room, RoomEvent } from "livekit-client";

export { Floating } from "./floating/floating.ts";
export { CaptionView } from "./panel/caption_view.ts";
export { TranscriptView } from "./panel/transcript_view.ts";
export { WebRtcSessionPlayer as SessionPlayer } from "./player/webrtc/session_player.ts";
export default { ConnectionErrorReason, DisconnectReason, Room, RoomEvent };
