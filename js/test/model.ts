// Stands in for anywidget's model: the few calls the widget makes, and a kernel's end to drive it.

import type { AnyModel } from "@anywidget/types";
import {
  type BrowserMessage,
  IDLE,
  type KernelMessage,
  type Problem,
  type Request,
  type Said,
  type SessionView,
} from "../src/protocol.ts";
import widget from "../src/widget.ts";

type Listener = (...values: unknown[]) => void;

export class Model {
  readonly sent: BrowserMessage[] = [];
  session: SessionView = { ...IDLE };
  /** Whether the kernel hears what is sent, and says so. */
  hears = false;
  private readonly listeners = new Map<string, Set<Listener>>();

  get(): SessionView {
    return this.session;
  }

  on(event: string, listener: Listener): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: string, listener: Listener): void {
    this.listeners.get(event)?.delete(listener);
  }

  send(message: BrowserMessage): void {
    this.sent.push(message);
    if (this.hears)
      queueMicrotask(() => this.receive({ kind: "ack", id: message.id, problem: null }));
  }

  /** Number of listeners that nobody has taken away. */
  get listening(): number {
    return [...this.listeners.values()].reduce((total, some) => total + some.size, 0);
  }

  /** As the kernel does: change the trait. */
  update(change: Partial<SessionView>): void {
    this.session = { ...this.session, ...change };
    for (const listener of this.listeners.get("change:session") ?? []) listener();
  }

  /** As the kernel does: send a message. */
  receive(message: KernelMessage, buffers: DataView[] = []): void {
    for (const listener of this.listeners.get("msg:custom") ?? []) listener(message, buffers);
  }

  /** As the kernel does: acknowledge the latest message of a kind, or say why it was refused. */
  ack(kind: BrowserMessage["kind"], problem: Problem | null = null): void {
    const message = this.sent.findLast((sent) => sent.kind === kind);
    if (!message) throw new Error(`no ${kind} was sent`);
    this.receive({ kind: "ack", id: message.id, problem });
  }

  /** Messages of one kind that were sent, without their ids. */
  kinds<Kind extends BrowserMessage["kind"]>(
    kind: Kind,
  ): Extract<Said | Request, { kind: Kind }>[] {
    const sent = this.sent.filter((message) => message.kind === kind);
    return sent.map(
      ({ id, after, ...message }: BrowserMessage & { after?: unknown }) => message,
    ) as never;
  }
}

export interface Shown {
  root: HTMLElement;
  close: () => void;
}

/** A widget in the page, as a host that follows anywidget's module format makes it. */
export class Host {
  private readonly life = new AbortController();
  private readonly widget = widget();

  constructor(readonly model = new Model()) {}

  initialize(): unknown {
    const { signal } = this.life;
    return this.widget.initialize({ ...this.props, signal });
  }

  render(parent: HTMLElement | ShadowRoot = document.body): Shown {
    const el = document.createElement("div");
    parent.append(el);
    const view = new AbortController();
    this.life.signal.addEventListener("abort", () => view.abort());
    void this.widget.render({ ...this.props, el, signal: view.signal });
    const root = el.querySelector<HTMLElement>(".heygen-widget");
    if (!root) throw new Error("nothing was rendered");
    return { root, close: () => view.abort() };
  }

  close(): void {
    this.life.abort();
  }

  // biome-ignore lint/suspicious/noExplicitAny: the stand-in has only what the widget uses
  private get props(): any {
    return { model: this.model as unknown as AnyModel };
  }
}

/** A widget with one view. */
export function show(
  session: Partial<SessionView> = {},
  parent?: HTMLElement | ShadowRoot,
): Shown & { host: Host; model: Model } {
  const host = new Host();
  Object.assign(host.model.session, session);
  host.initialize();
  return { host, model: host.model, ...host.render(parent) };
}

/** As after a reload of the page: no hls.js, no views, nothing remembered. */
export function resetPage(): void {
  const page = globalThis as { [key: symbol]: unknown };
  for (const key of Object.getOwnPropertySymbols(page)) {
    if (key.description?.startsWith("heygen_widget.")) delete page[key];
  }
  document.body.replaceChildren();
}

/** The element that holds `selector`, which must be there. */
export function find<Kind extends HTMLElement>(root: ParentNode, selector: string): Kind {
  const element = root.querySelector<Kind>(selector);
  if (!element) throw new Error(`no ${selector}`);
  return element;
}
