// Compares the messages at both ends. For the compiler alone, which names what differs.

import type {
  BrowserMessage,
  Cue,
  CueAction,
  KernelMessage,
  MediaPart,
  PageReport,
  Problem,
  SessionView,
  Word,
} from "../src/protocol.ts";
import type * as Kernel from "./kernel_protocol.ts";

/** The fields that only one of them has, if each `A` can be read as a `B`. */
type Differences<A, B> = [A] extends [B]
  ? Exclude<keyof A, keyof B> | Exclude<keyof B, keyof A>
  : "types";
/** The kinds of messages that are not the same at both ends. */
type Misfits<A extends { kind: string }, B extends { kind: string }> = {
  [Kind in (A | B)["kind"]]: [
    Differences<Extract<A, { kind: Kind }>, Extract<B, { kind: Kind }>>,
  ] extends [never]
    ? never
    : Kind;
}[(A | B)["kind"]];
type None<Found extends never> = Found;

/** Both ends know the same. */
export type Same = [
  None<Differences<Kernel.SessionView, SessionView>>,
  None<Differences<Kernel.Word, Word>>,
  None<Differences<Kernel.Cue, Cue>>,
  None<Differences<Kernel.CueAction, CueAction>>,
  None<Differences<Kernel.MediaPart, MediaPart>>,
  None<Differences<Kernel.Problem, Problem>>,
  None<Differences<PageReport, Kernel.PageReport>>,
  None<Misfits<Kernel.KernelMessage, KernelMessage>>,
  None<Misfits<BrowserMessage, Kernel.BrowserMessage>>,
];
