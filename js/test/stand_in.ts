// Stands in for hls.js where a fault cannot be provoked in the real one: a module of its own, handed
// to the page as the kernel hands over hls.js. Its instances are listed at `globalThis.hlsInstances`.

const SOURCE = `
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
    on(event, handle) { this.handlers[event] = handle; }
    once(event, handle) { this.handlers[event] = handle; }
    emit(event, data) { this.handlers[event]?.(event, data); }
    loadSource(url) { this.url = url; this.calls.push("loadSource " + url); }
    attachMedia() { this.calls.push("attachMedia"); }
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
  emit(event: "error" | "level" | "pts", data: object): void;
}

/** The stand-in's module, as bytes of a `player` message. */
export function standInLibrary(): DataView<ArrayBuffer> {
  return new DataView(new TextEncoder().encode(SOURCE).buffer);
}

/** All instances made so far. */
export function instances(): StandIn[] {
  return (globalThis as { hlsInstances?: StandIn[] }).hlsInstances ?? [];
}

export function forgetInstances(): void {
  delete (globalThis as { hlsInstances?: StandIn[] }).hlsInstances;
}
