// Everything that passes between kernel and browser: the mirror of
// `heygen_widget/frontend/protocol.py`. Knows shapes only, not what is done with them.

/** Version of the players that the kernel hands to a page: the Python package's own. */
export const PLAYER_VERSION = "0.1.0";

/** Longest text the kernel takes in one message, in characters. */
export const MAX_TEXT_LENGTH = 100_000;

/** How the picture reaches a page: fetched by the page itself, pushed by the kernel, or either. */
export type Transport = "auto" | "direct" | "kernel";

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
  /** The same; or unreachable, stopping: the server does not answer. */
  state: string;
  stream_id: string | null;
  /** Where it stands in a workshop's queue, in words; null while it does not. */
  place: string | null;
  hls_url: string | null;
  /** Whether the embedded avatar server is speaking. */
  rehearsal: boolean;
  transport: Transport;
  /** Address of a page that plays the stream in an ordinary browser; given once a page cannot. */
  page_url: string | null;
  /** Seconds on the meter when this was made. */
  elapsed: number;
  /** Whether the meter goes on. */
  running: boolean;
  /** Whether no more is billed than is on it. */
  certain: boolean;
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
  /** What plays it in a page. */
  player: "stream" | "room";
  /** Whether it speaks, or is about to, and can be silenced without being ended. */
  can_interrupt: boolean;
  /** How fine the picture can be; none where it is as it is. */
  qualities: readonly PictureQuality[];
  /** How fine it is; null for the server's choice. */
  quality: PictureQuality | null;
  /** Whether the picture may float while it is out of sight. */
  floating: boolean;
}

/** How fine a picture can be. */
export type PictureQuality = "low" | "medium" | "high";

/**
 * A spoken word, or part of one; seconds from the start of the stream. One that the page has heard
 * by itself has no more than that.
 */
export interface Word {
  word: string;
  start: number;
  end: number;
  /** What its author wrote for it. The texts of words piece together. */
  text?: string;
  /** The number of the caption that shows it. */
  caption?: number;
  /** Where it stands in which text; null where that is not known. */
  place?: Place | null;
  /** The numbers, in that text, of the cues that come due with it. */
  cues?: number[];
}

/** The id of a text, and where in it something begins and ends. */
export type Place = readonly [speech: number, from: number, to: number];

/** Words `first, first + 1, …` of a session's word stream. */
export interface WordsMessage {
  kind: "words";
  epoch: number;
  first: number;
  words: Word[];
}

/** A text handed to the avatar, or what is new of it, and what became of it. */
export interface SpeechMessage {
  kind: "speech";
  epoch: number;
  id: number;
  text: string;
  status: string;
  /** How much of it was told before, which `text` continues. */
  first: number;
}

/** A presented object. Comes with one buffer: the HTML of a frame of its own. */
export interface FigureMessage {
  kind: "figure";
  id: number;
  title: string;
}

/** What a figure does; `target` is an id, a name or a CSS selector within it. */
export interface CueAction {
  do: "highlight" | "dim" | "show" | "hide" | "zoom" | "scroll_to";
  target: string;
}

/** What happens when a word is heard. */
export interface Cue {
  /** The figure that is shown and acts; null where there is none. */
  figure: number | null;
  actions: CueAction[];
  /** Whether the kernel is to be told. */
  calls: boolean;
}

/** The cues `first, first + 1, …` of a text. */
export interface CuesMessage {
  kind: "cues";
  speech: number;
  /** What is shown from its first word on. */
  figure: number | null;
  first: number;
  cues: Cue[];
  /** How much of the text is before each. */
  places: number[];
  /** Whether no words are told, so that cues follow the length of the text. */
  estimated: boolean;
}

/** A piece of the stream, for hls.js a segment. A number left out is a part that was lost. */
export interface MediaPart {
  number: number;
  seconds: number;
  discontinuity: boolean;
}

/**
 * Parts of a stream that the page does not fetch itself. Comes with a buffer for `init` and one for
 * each part.
 */
export interface MediaMessage {
  kind: "media";
  epoch: number;
  /** Counts the initialization sections of a stream; null where it has none. */
  init: number | null;
  parts: MediaPart[];
  ended: boolean;
  /** Why no more will come, although the stream has not ended. */
  error: string | null;
  /** Whether that may be otherwise when it is asked for again. */
  may_pass: boolean;
}

/** The server's offer of a bare peer connection, to be answered. */
export interface OfferMessage {
  kind: "offer";
  epoch: number;
  sdp: string;
  ice_servers: RTCIceServer[];
  /** Whether a page has taken it: no other can. */
  answered: boolean;
}

/** The kernel has read the message with this id, and begun what it asks for, or not. */
export interface AckMessage {
  kind: "ack";
  id: string;
  /** Why it was not done. */
  problem: Problem | null;
}

export type KernelMessage =
  | WordsMessage
  | SpeechMessage
  /** Comes with one buffer: the avatar's player as a JavaScript module. */
  | { kind: "player"; version: string }
  | MediaMessage
  /** Comes with one buffer: what shows figures and cues, as a JavaScript module. */
  | { kind: "presenter"; version: string }
  | FigureMessage
  | CuesMessage
  /** Something failed that no page asked for. */
  | { kind: "problem"; problem: Problem }
  /** A room to join. */
  | { kind: "room"; epoch: number; url: string; token: string; ice_servers: RTCIceServer[] }
  | OfferMessage
  | AckMessage;

/** What the player is doing, as the kernel hears it. */
export type PlaybackState =
  | "loading"
  | "playing"
  /** Ran dry; goes on by itself. */
  | "waiting"
  /** Something broke and is being repaired. */
  | "recovering"
  | "paused"
  /** The browser plays nothing, not even without sound, until the user acts. */
  | "blocked"
  | "ended"
  | "failed"
  /** This browser cannot decode the stream. */
  | "unsupported";

/** Whether one hears the avatar; `blocked` says that the browser waits for the user to act. */
export type Sound = "on" | "muted" | "blocked";

/** What the player sees. `position` is on the stream's clock; both times in seconds. */
export interface Playback {
  kind: "playback";
  epoch: number;
  state: PlaybackState;
  position: number;
  latency: number | null;
  sound: Sound;
  stalls: number;
  /** Times it came back after a fault. */
  recoveries: number;
  /** By which the picture comes. */
  transport: Exclude<Transport, "auto">;
  /** Why by that one. */
  reason: string;
  detail: string;
}

/** Whether this page plays what the kernel pushes; said again every few seconds while it does. */
export interface RelayMessage {
  kind: "relay";
  epoch: number;
  /** Tells the pages of one avatar apart. */
  page: string;
  wanted: boolean;
  /** The first part this page lacks; null when it has none yet. */
  next: number | null;
}

/** What a page says of itself. */
export interface PageReport {
  /** JupyterLab, VS Code…; empty if unknown. */
  host: string;
  /** The browser's own name for itself. */
  browser: string;
  /** Whether it is under https, or of this machine. */
  secure: boolean;
  /** Whether it is a frame within another page. */
  framed: boolean;
  /** What of the stream it cannot decode; empty if nothing. */
  lacks: string;
  /** Whether sound may start by itself: allowed, allowed-muted, disallowed; empty if unknown. */
  autoplay: string;
}

/** The avatar's own events, as received by a page in its room. */
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

/** How well picture and sound reach the page. */
export type Connection = "excellent" | "good" | "poor" | "lost" | "unknown";

/** What a user asks for: repeated with the same id until it is acknowledged. */
export type Request =
  | { kind: "speak"; text: string }
  | { kind: "finish" }
  | { kind: "stop" }
  | { kind: "interrupt" }
  /** Another quality of the picture, in a new session. */
  | { kind: "switch"; quality: PictureQuality };

/** What a page tells the kernel, once. */
export type Said =
  | { kind: "hello"; player: boolean; presenter: boolean; page: PageReport }
  | Playback
  /** Playback has come back after a fault, `seconds` after it showed; `position` is the stream's. */
  | { kind: "recovered"; epoch: number; fault: string; seconds: number; position: number }
  /** A cue that calls the kernel has come due. */
  | { kind: "cue"; speech: number; cue: number }
  /** The playback URL no longer works: is there a newer one? */
  | { kind: "refresh"; epoch: number }
  | { kind: "yield"; epoch: number }
  | RelayMessage
  | { kind: "answer"; epoch: number; sdp: string }
  /** A way to reach the page. */
  | {
      kind: "candidate";
      epoch: number;
      candidate: string;
      mid: string | null;
      line: number | null;
      fragment: string | null;
    }
  | Talking
  | { kind: "quality"; epoch: number; quality: Connection };

/** With an id that no other message of any page has; `after` is that of a request to do before. */
export type BrowserMessage =
  | (Said & { id: string })
  | (Request & { id: string; after: string | null });

/** The trait before anything has happened. */
export const IDLE: SessionView = {
  epoch: 0,
  status: "idle",
  state: "idle",
  stream_id: null,
  place: null,
  hls_url: null,
  rehearsal: false,
  transport: "auto",
  page_url: null,
  elapsed: 0,
  running: false,
  certain: true,
  price_per_second: 0,
  limit: null,
  limit_at: null,
  idle_timeout: null,
  idle_at: null,
  end_reason: null,
  error: null,
  player: "stream",
  can_interrupt: false,
  qualities: [],
  quality: null,
  floating: true,
};

/** Read the `session` trait; what it leaves out is as in `IDLE`. */
export function readSession(value: unknown): SessionView {
  return typeof value === "object" && value !== null ? { ...IDLE, ...value } : IDLE;
}

/** Read a custom message; null for what is none. */
export function readKernelMessage(content: unknown): KernelMessage | null {
  const { kind } = Object(content) as Partial<KernelMessage>;
  return typeof kind === "string" ? (content as KernelMessage) : null;
}
