// What `heygen_widget/frontend/` says of the messages, written by
// `python -m tests.frontend.typescript`.

export interface AckMessage {
  kind: "ack";
  id: string;
  problem: Problem | null;
}

export interface Cue {
  figure: number | null;
  actions: Array<CueAction>;
  calls: boolean;
}

export interface CueAction {
  do: "dim" | "hide" | "highlight" | "scroll_to" | "show" | "zoom";
  target: string;
}

export interface CuesMessage {
  kind: "cues";
  speech: number;
  figure: number | null;
  first: number;
  cues: Array<Cue>;
  places: Array<number>;
  estimated: boolean;
}

export interface FigureMessage {
  kind: "figure";
  id: number;
  title: string;
}

export interface IceHelper {
  urls: Array<string>;
  username: string;
  credential: string;
}

export interface MediaMessage {
  kind: "media";
  epoch: number;
  init: number | null;
  parts: Array<MediaPart>;
  ended: boolean;
  error: string | null;
  may_pass: boolean;
}

export interface MediaPart {
  number: number;
  seconds: number;
  discontinuity: boolean;
}

export interface OfferMessage {
  kind: "offer";
  epoch: number;
  sdp: string;
  ice_servers: Array<IceHelper>;
  answered: boolean;
}

export interface PlayerMessage {
  kind: "player";
  version: string;
}

export interface PresenterMessage {
  kind: "presenter";
  version: string;
}

export interface Problem {
  title: string;
  hint: string;
  request_id: string | null;
}

export interface ProblemMessage {
  kind: "problem";
  problem: Problem;
}

export interface RoomMessage {
  kind: "room";
  epoch: number;
  url: string;
  token: string;
  ice_servers: Array<IceHelper>;
}

export interface SessionView {
  epoch: number;
  status: string;
  state: string;
  stream_id: string | null;
  place: string | null;
  hls_url: string | null;
  rehearsal: boolean;
  transport: "auto" | "direct" | "kernel";
  page_url: string | null;
  elapsed: number;
  running: boolean;
  certain: boolean;
  price_per_second: number;
  limit: string | null;
  limit_at: number | null;
  idle_timeout: number | null;
  idle_at: number | null;
  end_reason: string | null;
  error: Problem | null;
  player: "room" | "stream";
  can_interrupt: boolean;
  qualities: Array<"high" | "low" | "medium">;
  quality: "high" | "low" | "medium" | null;
  floating: boolean;
}

export interface SpeechMessage {
  kind: "speech";
  epoch: number;
  id: number;
  text: string;
  status: string;
  first: number;
}

export interface Word {
  word: string;
  start: number;
  end: number;
  text: string;
  caption: number;
  place: [number, number, number] | null;
  cues: Array<number>;
}

export interface WordsMessage {
  kind: "words";
  epoch: number;
  first: number;
  words: Array<Word>;
}

export interface Answer {
  kind: "answer";
  id: string;
  epoch: number;
  sdp: string;
}

export interface Candidate {
  kind: "candidate";
  id: string;
  epoch: number;
  candidate: string;
  mid?: string | null;
  line?: number | null;
  fragment?: string | null;
}

export interface ConnectionQuality {
  kind: "quality";
  id: string;
  epoch: number;
  quality: "excellent" | "good" | "lost" | "poor" | "unknown";
}

export interface CueHeard {
  kind: "cue";
  id: string;
  speech: number;
  cue: number;
}

export interface Finish {
  kind: "finish";
  id: string;
  after?: string | null;
}

export interface Hello {
  kind: "hello";
  id: string;
  player: boolean;
  presenter?: boolean;
  page?: PageReport | null;
}

export interface Interrupt {
  kind: "interrupt";
  id: string;
  after?: string | null;
}

export interface PageReport {
  host: string;
  browser: string;
  secure: boolean;
  framed: boolean;
  lacks: string;
  autoplay: string;
}

export interface Playback {
  kind: "playback";
  id: string;
  epoch: number;
  state: "blocked" | "ended" | "failed" | "loading" | "paused" | "playing" | "recovering" | "unsupported" | "waiting";
  position: number;
  latency?: number | null;
  sound?: "blocked" | "muted" | "on";
  stalls?: number;
  recoveries?: number;
  transport?: "direct" | "kernel";
  reason?: string;
  detail?: string;
}

export interface Recovered {
  kind: "recovered";
  id: string;
  epoch: number;
  fault: string;
  seconds: number;
  position: number;
}

export interface Refresh {
  kind: "refresh";
  id: string;
  epoch: number;
}

export interface Relay {
  kind: "relay";
  id: string;
  epoch: number;
  page: string;
  wanted: boolean;
  next?: number | null;
}

export interface Speak {
  kind: "speak";
  id: string;
  after?: string | null;
  text: string;
}

export interface Stop {
  kind: "stop";
  id: string;
  after?: string | null;
}

export interface Switch {
  kind: "switch";
  id: string;
  after?: string | null;
  quality: "high" | "low" | "medium";
}

export interface Talking {
  kind: "talking";
  id: string;
  epoch: number;
  type: "avatar_end_message" | "avatar_start_talking" | "avatar_stop_talking" | "avatar_talking_message";
  task_id: string;
  message?: string;
  index?: number;
  position?: number;
  duration_ms?: number | null;
}

export interface Yield {
  kind: "yield";
  id: string;
  epoch: number;
}

export type KernelMessage = WordsMessage | SpeechMessage | PlayerMessage | PresenterMessage | MediaMessage | ProblemMessage | RoomMessage | OfferMessage | AckMessage | FigureMessage | CuesMessage;
export type BrowserMessage = Hello | Speak | Finish | Stop | Playback | Recovered | CueHeard | Refresh | Relay | Yield | Interrupt | Switch | Answer | Candidate | Talking | ConnectionQuality;
