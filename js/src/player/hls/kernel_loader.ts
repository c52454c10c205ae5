// A stream that the kernel pushes over the widget's messages, as a server that hls.js can load from.
// Keeps the newest parts and answers for them; knows no player, and fetches nothing.

import type {
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
  LoaderStats,
} from "hls.js";
import { Backoff } from "../../model/backoff.ts";
import type { MediaMessage, RelayMessage } from "../../protocol.ts";
import { type Answer, SegmentStore } from "./segment_store.ts";

/** How often the kernel is told that this page is still there, while parts arrive. */
const SIGN_EVERY_MS = 5000;
/** After this long without a part the kernel is asked once more. */
const SILENCE_MS = 4000;

export class KernelStream {
  /** Leads nowhere on any network (RFC 2606). */
  readonly url: string;
  /** For the configuration of hls.js. */
  readonly loader: HlsConfig["loader"];
  /** Why the kernel gave up; null while it has not. */
  error: string | null = null;

  private mayPass = false;
  private readonly store = new SegmentStore();
  private readonly arrivals = new EventTarget();
  // Not crypto.randomUUID: pages under plain http do not have it.
  private readonly page = Math.random().toString(36).slice(2);
  private wanted: boolean | null = null;
  private listening = new AbortController();
  private readonly signing = new Backoff(SIGN_EVERY_MS);
  private heardAt = 0;

  /** Of one session; `send` reaches the kernel. All ends with `signal`. */
  constructor(
    readonly epoch: number,
    private readonly send: (message: RelayMessage, heard: () => void) => void,
    private readonly signal: AbortSignal,
  ) {
    this.url = `https://kernel.invalid/${epoch}/stream.m3u8`;
    const stream = this;
    this.loader = class extends KernelLoader {
      constructor() {
        super(stream);
      }
    };
  }

  /** Take a message of the kernel for this epoch, with its buffers. */
  receive(message: MediaMessage, buffers: readonly DataView<ArrayBuffer>[]): void {
    this.heardAt = performance.now();
    // One that has given up would take a sign for being asked again.
    const signs = this.wanted !== null && message.error === null;
    if (signs && this.signing.due(this.heardAt)) this.say();
    if (this.wanted === false) return;
    this.error = message.error;
    this.mayPass = message.may_pass;
    this.store.add(message, buffers);
    this.arrivals.dispatchEvent(new Event("arrival"));
  }

  /** Why it gave up for good; null while it may be asked again. */
  get refusal(): string | null {
    return this.mayPass ? null : this.error;
  }

  /** Tell the kernel that this page plays what it pushes. */
  want(): void {
    if (this.wanted && this.error === null) return;
    if (!this.wanted) this.listen();
    this.wanted = true;
    this.error = null;
    this.heardAt = performance.now();
    this.say();
  }

  /** Tell the kernel that it does not, and let go of what came. */
  decline(): void {
    if (this.wanted === false) return;
    this.wanted = false;
    this.listening.abort();
    this.store.clear();
    this.say();
  }

  /** What is at an address; null if it may yet come. */
  find(url: string): Answer | null {
    return this.error === null ? this.store.find(url) : { error: this.error, code: 0 };
  }

  /** The playlist as it is now, for a reload that has waited long enough. */
  playlistNow(url: string): Answer | null {
    return this.store.isPlaylist(url) ? this.store.playlist() : null;
  }

  /** Call `look` at each arrival, until `signal`. */
  watch(look: () => void, signal: AbortSignal): void {
    this.arrivals.addEventListener("arrival", look, { signal });
  }

  /** See to it, until it is declined, that the kernel goes on. */
  private listen(): void {
    this.listening = new AbortController();
    const { signal } = this.listening;
    const asking = setInterval(() => this.askAgain(), SILENCE_MS / 4);
    signal.addEventListener("abort", () => clearInterval(asking));
    this.signal.addEventListener("abort", () => this.decline(), { signal });
  }

  private askAgain(): void {
    const now = performance.now();
    const silent = now - this.heardAt > SILENCE_MS && this.signing.due(now);
    if (this.wanted && silent && !this.store.ended && this.error === null) this.say();
  }

  private say(): void {
    this.signing.said(performance.now());
    const { epoch, page, wanted } = this;
    const next = this.store.next;
    const message: RelayMessage = { kind: "relay", epoch, page, wanted: wanted === true, next };
    this.send(message, () => this.signing.heard());
  }
}

/** One request of hls.js: waits until what it asks for has come. */
class KernelLoader implements Loader<LoaderContext> {
  context: LoaderContext | null = null;
  stats = freshStats();
  private readonly life = new AbortController();
  private callbacks: LoaderCallbacks<LoaderContext> | null = null;

  constructor(private readonly stream: KernelStream) {}

  load(
    context: LoaderContext,
    { loadPolicy }: LoaderConfiguration,
    callbacks: LoaderCallbacks<LoaderContext>,
  ): void {
    this.context = context;
    this.callbacks = callbacks;
    this.stats.loading.start = performance.now();
    const { signal } = this.life;
    this.stream.watch(() => this.look(), signal);
    const patience = loadPolicy.maxTimeToFirstByteMs || loadPolicy.maxLoadTimeMs;
    const timer = setTimeout(() => this.giveUp(), patience);
    signal.addEventListener("abort", () => clearTimeout(timer));
    // hls.js expects its answer after this call, not within it.
    queueMicrotask(() => this.look());
  }

  abort(): void {
    const { callbacks, context, stats } = this;
    if (this.life.signal.aborted || !context) return;
    stats.aborted = true;
    this.end();
    callbacks?.onAbort?.(stats, context, null);
  }

  destroy(): void {
    this.stats.aborted ||= !this.life.signal.aborted;
    this.end();
    this.context = null;
  }

  getCacheAge(): null {
    return null;
  }

  getResponseHeader(): null {
    return null;
  }

  private look(): void {
    if (this.life.signal.aborted || !this.context) return;
    const answer = this.stream.find(this.context.url);
    if (answer) this.answer(answer, this.context);
  }

  /** Time is up: a playlist that brings nothing new is as good as none. */
  private giveUp(): void {
    const { callbacks, context, stats } = this;
    if (!context) return;
    const unchanged = this.stream.playlistNow(context.url);
    if (unchanged) {
      this.answer(unchanged, context);
    } else {
      this.end();
      callbacks?.onTimeout(stats, context, null);
    }
  }

  private answer(answer: Answer, context: LoaderContext): void {
    const { callbacks, stats } = this;
    this.end();
    if ("error" in answer) {
      callbacks?.onError({ code: answer.code, text: answer.error }, context, null, stats);
      return;
    }
    const { data } = answer;
    stats.loaded = stats.total = typeof data === "string" ? data.length : data.byteLength;
    stats.loading.first = stats.loading.end = performance.now();
    callbacks?.onProgress?.(stats, context, data, null);
    callbacks?.onSuccess({ url: context.url, data, code: 200 }, stats, context, null);
  }

  private end(): void {
    this.callbacks = null;
    this.life.abort();
  }
}

const freshStats = (): LoaderStats => ({
  aborted: false,
  loaded: 0,
  retry: 0,
  total: 0,
  chunkCount: 0,
  bwEstimate: 0,
  loading: { start: 0, first: 0, end: 0 },
  parsing: { start: 0, end: 0 },
  buffering: { start: 0, first: 0, end: 0 },
});
