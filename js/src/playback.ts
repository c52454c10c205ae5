// What plays and follows a stream: a module of its own with hls.js in it, which travels to each page
// once, however many widgets there are. `players.ts` is how they get at it.

// The light build plays everything this widget meets.
export { default } from "hls.js/light";
export { KernelStream } from "./kernel_loader.ts";
export { Player } from "./player.ts";
export { StreamShow as Show } from "./stream_show.ts";
export { TranscriptView } from "./transcript_view.ts";
