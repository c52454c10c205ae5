// What a player is told to play, and what it has to ask and to tell about it. Types only.

import type { HlsConfig } from "hls.js";
import type { Transport } from "../../protocol.ts";
import type { Recovered } from "./recovery.ts";

/** The stream as the kernel hands it on; see `kernel_loader.ts`. */
export interface Relayed {
  readonly url: string;
  readonly loader: HlsConfig["loader"];
  /** Why the kernel can never hand it on, in words; null while it may. */
  readonly refusal: string | null;
  /** Have the kernel push it, again if it gave up. */
  want(): void;
  /** Have it push no more. */
  decline(): void;
}

/** What the player has to ask about the session it plays, and whom to tell what happens to it. */
export interface Programme {
  /** Whether someone speaks at `time` on the stream's clock; null if that cannot be known. */
  speakingAt(time: number): boolean | null;
  /** Whether the first utterance has been heard by `time`. */
  heardFirst(time: number): boolean;
  /** Whether the stream may come back after a fault. */
  alive(): boolean;
  /** The same stream by way of the kernel. */
  relayed(): Relayed;
  /** It is not needed that way. */
  declineRelayed(): void;
  /** Have the server asked for a fresh address; `renew` tells what it is. */
  refresh(): void;
  /** Playback came back. */
  recovered(what: Recovered): void;
}

export interface Showing {
  url: string;
  /** From its first word; otherwise near its live edge. */
  fromStart: boolean;
  transport: Transport;
}
