// Everything that passes between kernel and browser: the mirror of `heygen_widget/protocol.py`.
// Knows shapes only, not what is done with them.

/** Version of the hls.js build that the kernel hands to a page. */
export const PLAYER_VERSION = "1.7.4";

/** Version of the livekit-client build that the kernel hands to a page. */
export const LIVEKIT_VERSION = "2.15.7";

/** Longest text the kernel takes in one message, in characters. */
export const MAX_TEXT_LENGTH = 100_000;

/** An error as people read it. */
export interface Problem {
  title: string;
  hint: string;
  request_id: string | null;
}

/** Value of the `session` trait: what a late view needs to draw itself. */
export interface SessionView {
  /** Counts the sessions of one avatar; words of an older epoch are stale. */
  epoch: number;
  /** idle creating pending streaming draining completed cancelled error; others are shown as they are. */
  status: string;
  stream_id: string | null;
  hls_url: string | null;
  /** Whether the embedded avatar server is speaking. */
  rehearsal: boolean;
  /** Seconds on the meter when this was made. */
  elapsed: number;
  /** Whether the meter goes on. */
  running: boolean;
  /** Dollars. */
  price_per_second: number;
  /** What ends the session first: max_cost, max_seconds or longest. */
  limit: string | null;
  /** Seconds on the meter at which it does. */
  limit_at: number | null;
  /** Seconds without text after which the server closes the input. */
  idle_timeout: number | null;
  /** Seconds on the meter at which it does; null while text comes. */
  idle_at: number | null;
  end_reason: string | null;
  error: Problem | null;
}

/** A spoken word; seconds from the start of the stream. */
export interface Word {
  word: string;
  start: number;
  end: number;
}

/** Words `first, first + 1, …` of a session's word stream. */
export interface WordsMessage {
  kind: "words";
  epoch: number;
  first: number;
  words: Word[];
}

/** A text handed to the avatar, and what became of it. */
export interface SpeechMessage {
  kind: "speech";
  epoch: number;
  id: number;
  text: string;
  status: string;
}

/** Comes with one buffer: hls.js as a JavaScript module. */
export interface PlayerMessage {
  kind: "player";
  version: string;
}

/** Something asked for in the browser could not be done. */
export interface ProblemMessage {
  kind: "problem";
  problem: Problem;
}

/** Value of the `session` trait where the picture is in a room. */
export interface StreamingView extends SessionView {
  /** v1: a bare peer connection, v2: a LiveKit room. */
  version: string;
  /** low medium high; null for the server's choice. */
  quality: string | null;
}

/** Comes with one buffer: livekit-client as a JavaScript module. */
export interface LibraryMessage {
  kind: "library";
  version: string;
}

/** A room to join. */
export interface RoomMessage {
  kind: "room";
  epoch: number;
  url: string;
  token: string;
  ice_servers: RTCIceServer[];
}

/** The server's offer of a bare peer connection, to be answered. */
export interface OfferMessage {
  kind: "offer";
  epoch: number;
  sdp: string;
  ice_servers: RTCIceServer[];
}

export type KernelMessage =
  | WordsMessage
  | SpeechMessage
  | PlayerMessage
  | ProblemMessage
  | LibraryMessage
  | RoomMessage
  | OfferMessage;

/** What the player is doing, as the kernel hears it. */
export type PlaybackState = "loading" | "playing" | "waiting" | "blocked" | "ended" | "failed";

/** What the player sees. `position` is on the stream's clock; both times in seconds. */
export interface Playback {
  kind: "playback";
  epoch: number;
  state: PlaybackState;
  position: number;
  latency: number | null;
  muted: boolean;
  stalls: number;
  detail: string;
}

/** What the avatar tells of itself, as a page in its room hears it. */
export interface Talking {
  kind: "talking";
  epoch: number;
  type:
    | "avatar_start_talking"
    | "avatar_talking_message"
    | "avatar_end_message"
    | "avatar_stop_talking";
  task_id: string;
  message: string;
  /** Counts the messages of one task. */
  index: number;
  /** Seconds since the picture began. */
  position: number;
  duration_ms: number | null;
}

/** A way to reach the page. */
export interface Candidate {
  kind: "candidate";
  epoch: number;
  candidate: string;
  mid: string | null;
  line: number | null;
  fragment: string | null;
}

/** How well picture and sound reach the page. */
export interface ConnectionQuality {
  kind: "quality";
  epoch: number;
  quality: "excellent" | "good" | "poor" | "lost" | "unknown";
}

export type BrowserMessage =
  | { kind: "hello"; player: boolean }
  | { kind: "speak"; text: string }
  | { kind: "finish" }
  | { kind: "stop" }
  | Playback
  | { kind: "need" }
  | { kind: "interrupt" }
  | { kind: "switch"; quality: "low" | "medium" | "high" }
  | { kind: "answer"; epoch: number; sdp: string }
  | Candidate
  | Talking
  | ConnectionQuality;

type Fields<Message> = readonly Exclude<keyof Message, "kind">[];
type FieldsByKind<Message extends { kind: string }> = {
  readonly [Kind in Message["kind"]]: Fields<Extract<Message, { kind: Kind }>>;
};

/** Fields of each message of the kernel; one that lacks any is not read. */
export const KERNEL_MESSAGES: FieldsByKind<KernelMessage> = {
  words: ["epoch", "first", "words"],
  speech: ["epoch", "id", "text", "status"],
  player: ["version"],
  problem: ["problem"],
  library: ["version"],
  room: ["epoch", "url", "token", "ice_servers"],
  offer: ["epoch", "sdp", "ice_servers"],
};

/** Fields of each message of the browser. */
export const BROWSER_MESSAGES: FieldsByKind<BrowserMessage> = {
  hello: ["player"],
  speak: ["text"],
  finish: [],
  stop: [],
  playback: ["epoch", "state", "position", "latency", "muted", "stalls", "detail"],
  need: [],
  interrupt: [],
  switch: ["quality"],
  answer: ["epoch", "sdp"],
  candidate: ["epoch", "candidate", "mid", "line", "fragment"],
  talking: ["epoch", "type", "task_id", "message", "index", "position", "duration_ms"],
  quality: ["epoch", "quality"],
};

/** The trait before anything has happened. */
export const IDLE: SessionView = {
  epoch: 0,
  status: "idle",
  stream_id: null,
  hls_url: null,
  rehearsal: false,
  elapsed: 0,
  running: false,
  price_per_second: 0,
  limit: null,
  limit_at: null,
  idle_timeout: null,
  idle_at: null,
  end_reason: null,
  error: null,
};

/** Read the `session` trait; what it leaves out is as in `IDLE`. */
export function readSession(value: unknown): SessionView {
  return typeof value === "object" && value !== null ? { ...IDLE, ...value } : IDLE;
}

/** Read a custom message; null for one that this version does not know. */
export function readKernelMessage(content: unknown): KernelMessage | null {
  if (typeof content !== "object" || content === null || !("kind" in content)) return null;
  const kind = String(content.kind);
  if (!Object.hasOwn(KERNEL_MESSAGES, kind)) return null;
  const fields = KERNEL_MESSAGES[kind as KernelMessage["kind"]];
  return fields.every((field) => field in content) ? (content as KernelMessage) : null;
}
