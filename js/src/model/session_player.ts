// What shows the sessions of an avatar, be they streams or rooms, and what it has to ask and to tell.
// Types only.

import type { KernelMessage, Said, SessionView } from "../protocol.ts";
import type { Captions } from "./captions.ts";
import type { Picture } from "./video_player.ts";

/** What plays one kind of session. */
export interface Show {
  /** Null before there was anything to see. */
  readonly player: Picture | null;
  /** The session that the player was given. */
  readonly epoch: number;
  /** Go along with the kernel's account of the session. */
  follow(session: SessionView): void;
  /** Take a message about the picture. */
  take(message: KernelMessage, buffers: DataView<ArrayBuffer>[]): void;
}

/** Where it is shown: the avatar of a page. */
export interface House {
  readonly session: SessionView;
  readonly captions: Captions;
  /** Whether this page was there when the session began, and so plays it from its first word. */
  readonly sawItBegin: boolean;
  /** Seconds on the session's meter: a clock that all its pages share. */
  readonly elapsed: number;
  /** Whether nobody answers any more. */
  readonly kernelGone: boolean;
  /** Tell the kernel something; `heard` is called when it has read it. */
  send(said: Said, heard?: () => void): void;
  /** Put the picture where views can be. */
  present(video: HTMLVideoElement): void;
  /** The player has changed. */
  changed(): void;
}
