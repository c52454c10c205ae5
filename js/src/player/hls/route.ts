// Which way a stream comes to this page: fetched by the browser itself, or handed on by the kernel
// over the widget's messages. Knows addresses, not players.

import { shared } from "../../page/page_global.ts";
import type { Transport } from "../../protocol.ts";

export interface Route {
  transport: Exclude<Transport, "auto">;
  /** Why, in words for a bug report. */
  reason: string;
}

/** Milliseconds that a stream may take to answer the browser before the kernel is asked instead. */
export const DIRECT_DEADLINE_MS = 3000;

/** For so long a server that did not answer is not tried again: it may have been slow only once. */
const AVOIDED_MS = 3 * 60_000;

interface Failure {
  reason: string;
  /** As of `performance.now()`. */
  at: number;
}

/** Servers that this page could not reach. */
const unreachable = () => shared("unreachable servers", () => new Map<string, Failure>());

/** Choose the way for the stream at `url`, as seen from a page at `page`. */
export function chooseRoute(wish: Transport, url: string, page: string): Route {
  if (wish !== "auto") return { transport: wish, reason: "as requested" };
  const reason = obstacle(new URL(url, page), new URL(page)) ?? lately(url);
  return reason ? { transport: "kernel", reason } : { transport: "direct", reason: "reachable" };
}

/** Note that the page cannot fetch from where `url` is, so that for a while no stream tries again. */
export function noteUnreachable(url: string, reason: string): void {
  unreachable().set(origin(url), { reason, at: performance.now() });
}

/** Why the page could not fetch from where `url` is, if it has tried not long ago. */
function lately(url: string): string | undefined {
  const failure = unreachable().get(origin(url));
  return failure && performance.now() - failure.at < AVOIDED_MS ? failure.reason : undefined;
}

const origin = (url: string): string => new URL(url, location.href).origin;

/** What would stop the browser for certain, or would make it ask the user first. */
function obstacle(stream: URL, page: URL): string | null {
  // Pages without an address of the web (VS Code's, sandboxed frames) do not say where they are.
  if (!page.protocol.startsWith("http")) return null;
  const near = isLoopback(page.hostname);
  if (isLoopback(stream.hostname)) {
    return near ? null : "the stream is on the kernel's machine, and this page is not";
  }
  if (page.protocol === "https:" && stream.protocol === "http:") {
    return "an https page may not load from http";
  }
  if (isPrivate(stream.hostname) && !near && !isPrivate(page.hostname)) {
    return "a public page may not load from a private network without asking";
  }
  return null;
}

function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

function isPrivate(host: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[f[cde])/.test(host);
}
