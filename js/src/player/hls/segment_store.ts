// The newest parts of a stream and the playlist that lists them. Bounded; knows neither kernel nor
// hls.js, only what the one sends and the other may ask for.

import type { MediaMessage, MediaPart } from "../../protocol.ts";

/** Seconds of the stream that are kept. */
export const MOST_SECONDS = 30;
/** Bytes that are kept. */
export const MOST_BYTES = 48 * 1024 * 1024;
/** More lost parts in a row than this mean that the stream has restarted. */
const MOST_LOST = 100;

const PLAYLIST = "stream.m3u8";

/** What is at an address. */
export type Answer = { data: string | ArrayBuffer } | { error: string; code: number };

interface Kept extends MediaPart {
  init: number | null;
  /** Null where it was lost on the way or at the server. */
  bytes: DataView<ArrayBuffer> | null;
}

export class SegmentStore {
  ended = false;
  private parts: Kept[] = [];
  private inits = new Map<number, DataView<ArrayBuffer>>();
  /** Discontinuities among the parts that are kept no more. */
  private passed = 0;

  /** Number of the first part that has not come; null when none has. */
  get next(): number | null {
    const newest = this.parts.at(-1);
    return newest ? newest.number + 1 : null;
  }

  add({ init, parts, ended }: MediaMessage, buffers: readonly DataView<ArrayBuffer>[]): void {
    const queue = [...buffers];
    if (init !== null) {
      const bytes = queue.shift();
      if (bytes) this.inits.set(init, bytes);
    }
    for (const part of parts) this.put({ ...part, init, bytes: queue.shift() ?? null });
    this.ended = ended;
    this.forget();
  }

  clear(): void {
    this.parts = [];
    this.inits.clear();
  }

  /** What is at an address; null if it may yet come. */
  find(url: string): Answer | null {
    const { pathname, searchParams } = new URL(url);
    const name = pathname.split("/").at(-1) ?? "";
    const number = Number(/\d+/.exec(name)?.[0]);
    if (name === PLAYLIST) {
      const awaited = Number(searchParams.get("_HLS_msn") ?? 0);
      return this.ended || awaited < (this.next ?? 0) ? this.playlist() : null;
    }
    if (name.startsWith("init")) return answer(this.inits.get(number));
    const first = this.parts[0]?.number ?? 0;
    if (number >= first && number >= (this.next ?? 0)) return null;
    return answer(this.parts[number - first]?.bytes);
  }

  isPlaylist(url: string): boolean {
    return new URL(url).pathname.endsWith(PLAYLIST);
  }

  /** The playlist as it is now; null while there is nothing to list. */
  playlist(): Answer | null {
    const [first] = this.parts;
    if (!first) return null;
    const longest = Math.max(...this.parts.map((part) => part.seconds));
    const lines = [
      "#EXTM3U",
      "#EXT-X-VERSION:8",
      `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(longest))}`,
      "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES",
      `#EXT-X-MEDIA-SEQUENCE:${first.number}`,
      `#EXT-X-DISCONTINUITY-SEQUENCE:${this.passed}`,
    ];
    let map: number | null = null;
    for (const { number, seconds, discontinuity, init, bytes } of this.parts) {
      if (discontinuity) lines.push("#EXT-X-DISCONTINUITY");
      if (init !== map && init !== null) lines.push(`#EXT-X-MAP:URI="init-${init}.mp4"`);
      map = init;
      if (!bytes) lines.push("#EXT-X-GAP");
      lines.push(
        `#EXTINF:${seconds.toFixed(5)},`,
        init === null ? `${number}.ts` : `${number}.m4s`,
      );
    }
    if (this.ended) lines.push("#EXT-X-ENDLIST");
    return { data: `${lines.join("\n")}\n` };
  }

  private put(part: Kept): void {
    const next = this.next ?? part.number;
    if (part.number < next) return; // sent again, for another page
    if (part.number - next > MOST_LOST) this.parts = [];
    else {
      // hls.js plays across gaps, and corrects their lengths by what comes after.
      for (let number = next; number < part.number; number += 1) {
        this.parts.push({ ...part, number, discontinuity: false, bytes: null });
      }
    }
    this.parts.push(part);
  }

  private forget(): void {
    let seconds = 0;
    let bytes = 0;
    const keep = this.parts.findLastIndex((part, index) => {
      seconds += part.seconds;
      bytes += part.bytes?.byteLength ?? 0;
      const newest = index === this.parts.length - 1;
      return !newest && (seconds > MOST_SECONDS || bytes > MOST_BYTES);
    });
    const gone = this.parts.splice(0, keep + 1);
    this.passed += gone.filter((part) => part.discontinuity).length;
    if (gone.length === 0) return;
    const used = new Set(this.parts.map((part) => part.init));
    for (const init of this.inits.keys()) if (!used.has(init)) this.inits.delete(init);
  }
}

/** Copied: the buffers of one message may share their memory, and hls.js may give its own away. */
function answer(bytes: DataView<ArrayBuffer> | null | undefined): Answer {
  if (!bytes) return { error: "The kernel no longer has this part.", code: 404 };
  const { buffer, byteOffset, byteLength } = bytes;
  return { data: buffer.slice(byteOffset, byteOffset + byteLength) };
}
