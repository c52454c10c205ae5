// What plays and follows a stream: a module of its own with hls.js in it, which travels to each page
// once, however many widgets there are. `player_host.ts` is how they get at it.

// The light build plays everything this widget meets.
export { default } from "hls.js/light";
export { Floating } from "./floating/floating.ts";
export { CaptionView } from "./panel/caption_view.ts";
export { TranscriptView } from "./panel/transcript_view.ts";
export { Player } from "./player/hls/player.ts";
export { HlsSessionPlayer as SessionPlayer } from "./player/hls/session_player.ts";
