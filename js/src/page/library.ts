// A library, once per page. The kernel sends its bytes in a message; whichever widget asked first
// gets them for all. Knows nothing of what is in a library.
//
// Each model runs a copy of this module of its own, so what they share is the page's.

import { shared } from "./page_global.ts";

/** What the widgets of a page share of one library. Every version of this module keeps its shape. */
interface Shared<Library> {
  /** Resolves when some model's kernel has sent the library. */
  readonly library: Promise<Library>;
  /** Make the module of the bytes and resolve `library` with it. */
  deliver(bytes: BlobPart): Promise<void>;
  /** How each living model asks its kernel; the first one has been asked. Empty once delivered. */
  asking: (() => void)[];
  /** Whether it is there, or is just being made. */
  delivered: boolean;
}

/** A kernel that has not sent the library after so long is busy; another one may not be. */
const PATIENCE_MS = 1500;
const LONGEST_PATIENCE_MS = 600_000;
/** After so long the one that asked first asks once more: what was sent to it may have gone astray. */
const FIRST_PATIENCE_MS = 6000;

export class Shelf<Library> {
  /** `name` says which library in which version, as in `player@0.1.0`. */
  constructor(private readonly name: string) {}

  /** The page's library; waits until some kernel has sent it. */
  get library(): Promise<Library> {
    return this.shared.library;
  }

  /** Whether the page has it. */
  get delivered(): boolean {
    return this.shared.delivered;
  }

  /**
   * Call `ask(true)` if the page has the library or is getting it, else `ask(false)`: the kernel is
   * to send it. Should the model that was to get it be closed before, the next one asks in its place;
   * and while nothing comes they ask one after the other.
   */
  order(ask: (onItsWay: boolean) => void, signal: AbortSignal): void {
    const { shared } = this;
    const first = !shared.delivered && shared.asking.length === 0;
    ask(!first);
    if (shared.delivered) return;
    const again = () => ask(false);
    const wait = first ? FIRST_PATIENCE_MS : patience(shared.asking.length);
    const late = setTimeout(() => {
      if (!shared.delivered) again();
    }, wait);
    shared.asking.push(again);
    signal.addEventListener("abort", () => {
      clearTimeout(late);
      const wasFirst = shared.asking[0] === again;
      shared.asking = shared.asking.filter((other) => other !== again);
      if (wasFirst) shared.asking[0]?.();
    });
  }

  /** Hand over the bytes that a kernel has sent. */
  deliver(bytes: BlobPart): Promise<void> {
    return this.shared.deliver(bytes);
  }

  private get shared(): Shared<Library> {
    return shared(this.name, share<Library>);
  }
}

/** How long a widget with so many before it waits: widgets of one busy kernel should not all ask. */
function patience(before: number): number {
  return Math.min(PATIENCE_MS * 2 ** (before - 1), LONGEST_PATIENCE_MS);
}

function share<Library>(): Shared<Library> {
  const { promise, resolve } = Promise.withResolvers<Library>();
  return {
    library: promise,
    asking: [],
    delivered: false,
    async deliver(bytes) {
      if (this.delivered) return;
      this.delivered = true;
      const url = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
      try {
        const module: Library = await import(/* @vite-ignore */ url);
        this.asking = [];
        resolve(module);
      } catch (error) {
        this.delivered = false;
        throw error;
      } finally {
        URL.revokeObjectURL(url);
      }
    },
  };
}
