// Which way a stream comes to this page: fetched by the browser itself, or handed on by the kernel
// over the widget's messages. Knows addresses, not players.

import type { Transport } from "./protocol.ts";
import { shared } from "./shared.ts";

export interface Route {
  transport: Exclude<Transport, "auto">;
  /** Why, in words for a bug report. */
  reason: string;
}

/** Milliseconds that a stream may take to answer the browser before the kernel is asked instead. */
export const DIRECT_DEADLINE_MS = 3000;

/** Servers that this page could not reach, and why. */
const unreachable = () => shared("unreachable", () => new Map<string, string>());

/** Choose the way for the stream at `url`, as seen from a page at `page`. */
export function chooseRoute(wish: Transport, url: string, page: string): Route {
  if (wish !== "auto") return { transport: wish, reason: "as asked for" };
  const reason = obstacle(new URL(url, page), new URL(page)) ?? unreachable().get(origin(url));
  return reason ? { transport: "kernel", reason } : { transport: "direct", reason: "reachable" };
}

/** Note that the page cannot fetch from where `url` is, so that no other stream tries again. */
export function noteUnreachable(url: string, reason: string): void {
  unreachable().set(origin(url), reason);
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
    return "a page under https may not load from http";
  }
  if (isPrivate(stream.hostname) && !near && !isPrivate(page.hostname)) {
    return "a public page may not load from a private network unasked";
  }
  return null;
}

function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}

function isPrivate(host: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[f[cde])/.test(host);
}
