// The page's end of the comm. Gives each message an id, by which the kernel acknowledges it, and
// repeats what the user asked for until that happens: the kernel does once what it gets twice.

import type { AnyModel } from "@anywidget/types";
import {
  type AckMessage,
  type BrowserMessage,
  type KernelMessage,
  type Problem,
  type Request,
  readKernelMessage,
  type Said,
} from "../protocol.ts";
import { Backoff } from "./backoff.ts";

/** After this long without an answer the kernel is taken to be busy. */
const PATIENCE_MS = 2500;
/** A request is repeated after so long, and ever more rarely while a busy kernel answers nothing. */
const REPEAT_MS = 5000;
/** These do not wait for requests before them, which they make void. */
const PREEMPTIVE = new Set(["stop", "interrupt", "switch"]);
/** Messages, and their bytes, that are kept until there is something that handles them. */
const MOST_EARLY = 100;
const MOST_EARLY_BYTES = 32 * 1024 * 1024;

type Buffers = DataView<ArrayBuffer>[];
type Handler<Message> = (message: Message, buffers: Buffers) => void;

/** What is done with the kernel's messages, by their kind. */
export type Handlers = {
  readonly [Kind in KernelMessage["kind"]]?: Handler<Extract<KernelMessage, { kind: Kind }>>;
};

export interface Pending {
  id: string;
  request: Request;
  /** As of `performance.now()`. */
  since: number;
}

export class KernelLink {
  /** Whether the kernel was restarted, shut down or died: nobody answers any more. */
  gone = false;
  /** What the kernel has not acknowledged, oldest first. */
  pending: readonly Pending[] = [];

  private readonly handlers: Partial<Record<string, Handler<never>>> = {};
  private early: [KernelMessage, Buffers][] = [];
  /** Random, for no other page to have the same ids, nor this one after a reload. */
  private readonly page = crypto.getRandomValues(new Uint32Array(3)).join("-");
  private sent = 0;
  private readonly heard = new Map<string, () => void>();
  private readonly repeating = new Backoff(REPEAT_MS);

  /** `answered` is told what became of a request, or why any other message was refused. */
  constructor(
    private readonly model: AnyModel,
    private readonly signal: AbortSignal,
    private readonly answered: (asked: Pending | null, problem: Problem | null) => void,
    private readonly lost: () => void,
  ) {
    this.handle({ ack: (message) => this.acknowledge(message) });
    this.listen("msg:custom", (content: unknown, buffers?: Buffers) =>
      this.receive(readKernelMessage(content), buffers ?? []),
    );
  }

  /** Call `handle` at an event of the model. */
  // biome-ignore lint/suspicious/noExplicitAny: the types of a listener depend on its event
  listen(event: string, handle: (...values: any[]) => void): void {
    this.model.on(event, handle);
    this.signal.addEventListener("abort", () => this.model.off(event, handle));
  }

  /** Have messages handled, also those that have come already. */
  handle(handlers: Handlers): void {
    Object.assign(this.handlers, handlers);
    for (const [message, buffers] of this.early.splice(0)) this.receive(message, buffers);
  }

  /** Say something once; `heard` is called when the kernel has read it. */
  tell(said: Said, heard?: () => void): void {
    const id = this.nextId();
    if (heard) this.heard.set(id, heard);
    this.send({ ...said, id });
  }

  /** Ask for something, until the kernel acknowledges it; once more, if it has an `id` already. */
  ask(request: Request, id = this.nextId()): void {
    if (PREEMPTIVE.has(request.kind)) this.pending = [];
    const after = this.pending.at(-1)?.id ?? null;
    const now = performance.now();
    this.pending = [...this.pending, { id, request, since: now }];
    this.repeating.said(now);
    this.send({ ...request, id, after });
  }

  /** Repeat what was not acknowledged, if it is time. */
  repeatIfDue(): void {
    if (this.repeating.due(performance.now())) this.repeat();
  }

  /** Whether a request of this kind is not acknowledged. */
  awaits(kind: Request["kind"]): boolean {
    return this.pending.some(({ request }) => request.kind === kind);
  }

  /** What requests of this kind are for has happened, acknowledged or not. */
  settle(kind: Request["kind"]): void {
    this.pending = this.pending.filter(({ request }) => request.kind !== kind);
  }

  /** Whether a request waits for long: the kernel runs a cell, most likely. */
  isBusy(now: number): boolean {
    const [oldest] = this.pending;
    return !this.gone && oldest !== undefined && now - oldest.since > PATIENCE_MS;
  }

  /** Nobody answers any more. */
  lose(): void {
    if (this.gone) return;
    this.gone = true;
    this.lost();
  }

  private receive(message: KernelMessage | null, buffers: Buffers): void {
    if (!message) return;
    const { kind } = message;
    if (Object.hasOwn(this.handlers, kind)) this.handlers[kind]?.(message as never, buffers);
    else this.keep(message, buffers);
  }

  /** Keep the newest messages that nothing handles yet. */
  private keep(...message: [KernelMessage, Buffers]): void {
    this.early.push(message);
    let bytes = 0;
    const kept = this.early.findLastIndex(([, buffers], index) => {
      for (const { byteLength } of buffers) bytes += byteLength;
      return bytes > MOST_EARLY_BYTES || index < this.early.length - MOST_EARLY;
    });
    this.early.splice(0, kept + 1);
  }

  /** The kernel has read a message, perhaps of another page. */
  private acknowledge({ id, problem }: AckMessage): void {
    if (!id.startsWith(this.page)) return;
    this.repeating.heard();
    this.heard.get(id)?.();
    this.heard.delete(id);
    const asked = this.pending.find((pending) => pending.id === id) ?? null;
    this.pending = this.pending.filter((pending) => pending !== asked);
    if (problem) this.repeat(); // the kernel does nothing that follows what it refused
    if (asked || problem) this.answered(asked, problem);
  }

  private repeat(): void {
    if (this.pending.length > 0) this.repeating.said(performance.now());
    let after: string | null = null;
    for (const { id, request } of this.pending) {
      this.send({ ...request, id, after });
      after = id;
    }
  }

  private nextId(): string {
    this.sent += 1;
    return `${this.page}-${this.sent}`;
  }

  private send(message: BrowserMessage): void {
    if (this.signal.aborted || this.gone) return;
    try {
      this.model.send(message);
    } catch {
      // So hosts say that the other end of the comm is gone (JupyterLab 4, after a kernel's death).
      this.lose();
    }
  }
}
