// The player with its hls.js, once per page. The kernel sends its bytes in a message; whichever widget
// asked first gets them for all. Knows nothing of what is in it.
//
// Each model runs a copy of this module of its own, so what they share lives on `globalThis`.

import { PLAYER_VERSION } from "./protocol.ts";

/** The module that the kernel sends. */
export type Library = typeof import("./playback.ts");

/** What the widgets of a page share. Every version of this module must keep its shape. */
interface Shelf {
  /** Resolves when some model's kernel has sent the library. */
  readonly library: Promise<Library>;
  /** Make the module of the bytes and resolve `library` with it. */
  deliver(bytes: BlobPart): Promise<void>;
  /** How each living model asks its kernel; the first one has been asked. Empty once delivered. */
  asking: (() => void)[];
  delivered: boolean;
}

/** A kernel that has not sent the library after so long is busy; another one may not be. */
const PATIENCE_MS = 1500;

function shelf(): Shelf {
  const page = globalThis as { [key: symbol]: Shelf | undefined };
  const key = Symbol.for(`heygen_widget.player@${PLAYER_VERSION}`);
  page[key] ??= makeShelf();
  return page[key];
}

function makeShelf(): Shelf {
  const { promise, resolve } = Promise.withResolvers<Library>();
  return {
    library: promise,
    asking: [],
    delivered: false,
    async deliver(bytes) {
      if (this.delivered) return;
      const url = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
      try {
        const module: Library = await import(/* @vite-ignore */ url);
        this.delivered = true;
        this.asking = [];
        resolve(module);
      } finally {
        URL.revokeObjectURL(url);
      }
    },
  };
}

/** The page's player; waits until some kernel has sent it. */
export function library(): Promise<Library> {
  return shelf().library;
}

/**
 * Call `ask(true)` if the page has the player or is getting it, else `ask(false)`: the kernel is to
 * send it. Should the model that was to get it be closed before, the next one asks in its place; and
 * while nothing comes they ask one after the other.
 */
export function order(ask: (onItsWay: boolean) => void, signal: AbortSignal): void {
  const page = shelf();
  const first = !page.delivered && page.asking.length === 0;
  ask(!first);
  if (page.delivered) return;
  const again = () => ask(false);
  const late = setTimeout(() => {
    if (!first && !page.delivered) again();
  }, PATIENCE_MS * page.asking.length);
  page.asking.push(again);
  signal.addEventListener("abort", () => {
    clearTimeout(late);
    const wasFirst = page.asking[0] === again;
    page.asking = page.asking.filter((other) => other !== again);
    if (wasFirst) page.asking[0]?.();
  });
}

/** Hand over the bytes that came with a `player` message. */
export function deliver(bytes: BlobPart): Promise<void> {
  return shelf().deliver(bytes);
}
