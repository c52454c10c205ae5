// Stands in for hls.js where a fault cannot be provoked in the real one: a module of its own, handed
// to the page as the kernel hands over hls.js. Its instances are listed at `globalThis.hlsInstances`.

import { Floating } from "../src/floating/floating.ts";
import { CaptionView } from "../src/panel/caption_view.ts";
import { TranscriptView } from "../src/panel/transcript_view.ts";
import { Player } from "../src/player/hls/player.ts";
import { HlsSessionPlayer as SessionPlayer } from "../src/player/hls/session_player.ts";

const SOURCE = `
  export const { CaptionView, Floating, Player, SessionPlayer, TranscriptView } = globalThis.heygenPlayback;
  export default class {
    static Events = {
      ERROR: "error", FRAG_BUFFERED: "frag", INIT_PTS_FOUND: "pts", LEVEL_UPDATED: "level",
    };
    static ErrorTypes = { NETWORK_ERROR: "networkError", MEDIA_ERROR: "mediaError" };
    static isSupported() { return true; }
    calls = [];
    handlers = {};
    latestLevelDetails = null;
    url = null;
    constructor(config) {
      this.config = config;
      (globalThis.hlsInstances ??= []).push(this);
    }
    on(event, handle) { (this.handlers[event] ??= []).push(handle); }
    once(event, handle) { this.on(event, handle); }
    emit(event, data) { for (const handle of this.handlers[event] ?? []) handle(event, data); }
    loadSource(url) { this.url = url; this.calls.push("loadSource " + url); }
    attachMedia(video) {
      this.calls.push("attachMedia");
      video.srcObject = globalThis.hlsPicture ?? null;
    }
    startLoad() { this.calls.push("startLoad"); }
    stopLoad() { this.calls.push("stopLoad"); }
    recoverMediaError() { this.calls.push("recoverMediaError"); }
    destroy() { this.calls.push("destroy"); }
  }
`;

/** What the tests see of an instance. */
export interface StandIn {
  config: { startPosition: number };
  calls: string[];
  latestLevelDetails: object | null;
  emit(event: "error" | "level" | "pts" | "frag", data: object): void;
}

/** The stand-in's module, as bytes of a `player` message. */
export function standInLibrary(): DataView<ArrayBuffer> {
  Object.assign(globalThis, {
    heygenPlayback: { CaptionView, Floating, Player, SessionPlayer, TranscriptView },
  });
  return new DataView(new TextEncoder().encode(SOURCE).buffer);
}

/** All instances made so far. */
export function instances(): StandIn[] {
  return (globalThis as { hlsInstances?: StandIn[] }).hlsInstances ?? [];
}

/** Let the instances show a picture. */
export function lend(picture: MediaStream): void {
  (globalThis as { hlsPicture?: MediaStream }).hlsPicture = picture;
}

/** Forget them, and the picture. */
export function forgetInstances(): void {
  const page = globalThis as { hlsInstances?: StandIn[]; hlsPicture?: MediaStream };
  delete page.hlsInstances;
  delete page.hlsPicture;
}
