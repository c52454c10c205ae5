// Loads what plays an avatar's sessions, once per page, gives it its place in the views and reports
// to the kernel what it does. Of a kind of session, knows only which player it needs.

import { Shelf } from "../page/library.ts";
import { describePage } from "../page/page_info.ts";
import { PLAYER_VERSION, type SessionView } from "../protocol.ts";
import type { Avatar } from "./avatar.ts";
import { Backoff } from "./backoff.ts";
import type { Handlers, KernelLink } from "./kernel_link.ts";
import type { SessionState } from "./session_state.ts";
import { VideoPlacement } from "./video_placement.ts";
import type { VideoPlayer } from "./video_player.ts";

/** Plays one kind of session. */
export interface SessionPlayer {
  /** Null before there was anything to see. */
  readonly player: VideoPlayer | null;
  /** The session that the player was given. */
  readonly epoch: number;
  /** What it does with the kernel's messages about the picture. */
  readonly handlers: Handlers;
  /** Go along with the kernel's account of the session. */
  follow(session: SessionView): void;
}

/** Keeps the picture in view while its view is not. */
export interface FloatingPicture {
  /** Whether this page lets it. */
  readonly possible: boolean;
  /** What to do where it does not, in a sentence; empty when there is nothing to say. */
  readonly advice: string;
}

/** A module that the kernel sends, with what it works with: hls.js or livekit-client. */
export interface PlayerModule<Engine = unknown> {
  default: Engine;
  SessionPlayer: new (engine: Engine, host: PlayerHost, signal: AbortSignal) => SessionPlayer;
  /** These are in each, since what is in a notebook's every widget should stay small. */
  TranscriptView: new (
    host: PlayerHost,
    element: HTMLElement,
  ) => { draw(): void };
  CaptionView: new (
    captions: HTMLElement,
    log: HTMLElement,
  ) => { draw(avatar: Avatar, on: boolean, logs: boolean): void };
  Floating: new (avatar: Avatar, signal: AbortSignal) => FloatingPicture;
}

/** The module that shows figures and cues, once something is presented. */
export interface PresenterModule {
  Presenter: new (
    host: PlayerHost,
    watch: (draw: () => void) => void,
    signal: AbortSignal,
  ) => {
    enter(element: HTMLElement, signal: AbortSignal): void;
    /** What the user should know of cues; empty when that is nothing. */
    readonly advice: string;
  };
}

/** Where the page keeps that module. */
export const PRESENTER = new Shelf<PresenterModule>(`presenter@${PLAYER_VERSION}`);

interface Kind {
  /** Where the page keeps its module. */
  shelf: Shelf<PlayerModule>;
  /** Whether it is wanted before there is a session, so as to lose none of its first word. */
  early: boolean;
}

const KINDS: Record<SessionView["player"], Kind> = {
  stream: { shelf: new Shelf(`player@${PLAYER_VERSION}`), early: true },
  room: { shelf: new Shelf(`livekit@${PLAYER_VERSION}`), early: false },
};

const REPORT_EVERY_MS = 1000;

export class PlayerHost {
  /** Where the picture is. */
  readonly placement: VideoPlacement;

  private readonly kind: Kind;
  private playing: SessionPlayer | null = null;
  private greeted = false;
  private ordered = false;
  private reported = "";
  private readonly reporting = new Backoff(REPORT_EVERY_MS);

  /** `redraw` is called when anything has changed, `failed` when the player cannot be loaded. */
  constructor(
    readonly state: SessionState,
    readonly link: KernelLink,
    private readonly redraw: () => void,
    private readonly failed: (why: string) => void,
    private readonly signal: AbortSignal,
  ) {
    this.kind = KINDS[state.session.player];
    this.placement = new VideoPlacement(
      () => this.moved(),
      () => this.left(),
      signal,
    );
    link.handle({ player: (_, [bytes]) => bytes && this.deliver(bytes) });
    this.follow(state.session);
    this.kind.shelf.library.then((found) => this.start(found));
    if (!this.ordered) this.sayHello(this.kind.shelf.delivered);
  }

  get player(): VideoPlayer | null {
    return this.playing?.player ?? null;
  }

  /** The module with the player, once it is there. */
  get module(): Promise<PlayerModule> {
    return this.kind.shelf.library;
  }

  /** Go along with the kernel's account of the session. */
  follow(session: SessionView): void {
    if (!this.ordered && (this.kind.early || session.epoch > 0)) this.order();
    this.playing?.follow(session);
  }

  /** To be called when the player has changed. */
  changed(): void {
    this.report();
    this.redraw();
  }

  /** Tell the kernel what the player sees: at a change at once, else regularly while it plays. */
  report(): void {
    const { player, playing } = this;
    if (!player?.transport || !playing) return;
    const { epoch } = playing;
    const { state, heard: sound, stalls, recoveries, detail, transport } = player;
    const facts = { epoch, state, sound, stalls, recoveries, transport, detail };
    const news = JSON.stringify(facts);
    const now = performance.now();
    const due = state === "playing" && this.reporting.due(now);
    if (news === this.reported && !due) return;
    this.reported = news;
    this.reporting.said(now);
    const { position, latency, transportReason: reason } = player;
    const message = { kind: "playback", ...facts, reason, position, latency } as const;
    this.link.tell(message, () => this.reporting.heard());
  }

  /** The picture is in another view, which may have been drawn when it had none. */
  private moved(): void {
    this.player?.moved();
    this.redraw();
  }

  private left(): void {
    this.player?.rest();
    this.redraw();
  }

  private order(): void {
    this.ordered = true;
    this.kind.shelf.order((onItsWay) => {
      if (!onItsWay || !this.greeted) this.sayHello(onItsWay);
    }, this.signal);
  }

  private deliver(bytes: DataView<ArrayBuffer>): void {
    this.kind.shelf.deliver(bytes).catch((error: unknown) => this.failed(String(error)));
  }

  /** The module is there: play what has been waiting for it. */
  private start(found: PlayerModule): void {
    if (this.signal.aborted) return;
    this.playing = new found.SessionPlayer(found.default, this, this.signal);
    this.link.handle(this.playing.handlers);
    this.playing.follow(this.state.session);
    this.redraw();
  }

  /** Say that this page is there, and whether the kernel need not send the module. */
  private sayHello(player: boolean): void {
    this.greeted = true;
    const presenter = PRESENTER.delivered;
    this.link.tell({ kind: "hello", player, presenter, page: describePage() });
  }
}
