// One avatar as all its views on a page show it: what they draw and what the user can ask for. Puts
// together what is known of its sessions, the kernel's end and the player. Draws nothing.

import type { AnyModel } from "@anywidget/types";
import { type Problem, type Request, readSession, type SessionView } from "../protocol.ts";
import { KernelLink, type Pending } from "./kernel_link.ts";
import {
  type FloatingPicture,
  PlayerHost,
  PRESENTER,
  type PresenterModule,
} from "./player_host.ts";
import { SessionState } from "./session_state.ts";
import { isOver } from "./status.ts";
import { UiState } from "./ui_state.ts";
import type { View } from "./video_placement.ts";
import type { VideoPlayer } from "./video_player.ts";

const LOOK_EVERY_MS = 1000;
/** So long after its last use it is unlikely that somebody is about to type into the widget. */
const UNUSED_MS = 4000;

export class Avatar extends SessionState {
  /** What the user asked for last and could not have, or what failed by itself. */
  problem: Problem | null = null;
  /** The text that was refused with `problem`, for it to be sent again. */
  refused: { id: string; text: string } | null = null;
  readonly ui = new UiState();
  readonly link: KernelLink;
  readonly players: PlayerHost;
  /** What shows figures and cues, once there are any. */
  readonly presenter: Promise<InstanceType<PresenterModule["Presenter"]>>;
  /** Null until the player is there. */
  floating: FloatingPicture | null = null;

  private readonly changes = new EventTarget();
  /** What was asked for last, while it is not there yet; the kernel may have heard it. */
  private asked: Request | null = null;
  /** Epoch after which the kernel was told that it may redraw the output. */
  private yielded = 0;
  /** Since when nobody uses the widget, as of `performance.now()`; null while somebody does. */
  private unusedSince: number | null = null;

  constructor(model: AnyModel, signal: AbortSignal) {
    super(readSession(model.get("session")));
    this.ui.floating = this.session.floating;
    const answered = (asked: Pending | null, problem: Problem | null) =>
      this.answered(asked, problem);
    this.link = new KernelLink(model, signal, answered, () => this.lostKernel());
    this.link.listen("change:session", () => this.update(readSession(model.get("session"))));
    this.link.listen("comm_live_update", () => this.checkKernel());
    this.link.handle({
      words: (message) => this.hear(message),
      speech: (message) => {
        this.speeches.tell(message);
        this.change();
      },
      problem: ({ problem }) => {
        this.problem = problem;
        this.change();
      },
    });
    const failed = (why: string) =>
      this.complain("The player could not be loaded", `The page could not run the player: ${why}`);
    this.players = new PlayerHost(this, this.link, () => this.change(), failed, signal);
    this.link.handle({
      presenter: (_, [bytes]) => {
        if (bytes) PRESENTER.deliver(bytes).catch((error: unknown) => failed(String(error)));
      },
    });
    const watch = (draw: () => void) => this.watch(draw, signal);
    this.presenter = PRESENTER.library.then(
      ({ Presenter }) => new Presenter(this.players, watch, signal),
    );
    this.players.module.then(({ Floating }) => {
      if (signal.aborted) return;
      this.floating = new Floating(this, signal);
      this.change();
    });
    const looking = setInterval(() => this.look(), LOOK_EVERY_MS);
    signal.addEventListener("abort", () => clearInterval(looking));
  }

  /** Call `draw` at each change, until `signal`. */
  watch(draw: () => void, signal: AbortSignal): void {
    this.changes.addEventListener("change", draw, { signal });
  }

  get player(): VideoPlayer | null {
    return this.players.player;
  }

  /** The view that has the picture: the newest, or the one it was called to. */
  get holder(): View | undefined {
    return this.players.placement.holder;
  }

  /** Show the picture in `view`; when that goes, the one before gets it back. */
  enter(view: View, signal: AbortSignal): void {
    this.players.placement.enter(view, signal);
    signal.addEventListener("abort", () => this.change());
    this.change();
  }

  /** Move the picture to `view`. */
  bringTo(view: View): void {
    this.players.placement.bringTo(view);
    this.change();
  }

  /** Let the picture float while its view is out of sight, or no longer. */
  toggleFloating(): void {
    this.ui.floating = !this.ui.floating;
    this.change();
  }

  speak(text: string): void {
    if (text.trim() === "") return;
    // The user acts: sound that only the browser kept off may be turned on.
    if (this.player?.soundBlocked) this.player.setMuted(false);
    this.ask({ kind: "speak", text });
  }

  /** Send the text that was refused once more, as the same one. */
  retry(): void {
    if (this.refused) this.ask({ kind: "speak", text: this.refused.text }, this.refused.id);
  }

  /** Ask the kernel for something; with the `id` of what it refused, for that once more. */
  ask(request: Request, id?: string): void {
    this.problem = this.refused = null;
    this.asked = request;
    this.link.ask(request, id);
    this.change();
  }

  /** What was asked for and is not there yet. */
  get awaiting(): Request["kind"] | null {
    return this.asked?.kind ?? null;
  }

  /** Whether the kernel was restarted, shut down or died: nobody answers any more. */
  get kernelGone(): boolean {
    return this.link.gone;
  }

  /** Say that something could not be done here. */
  complain(title: string, hint: string): void {
    this.problem = { title, hint, request_id: null };
    this.refused = null;
    this.change();
  }

  dismissProblem(): void {
    this.problem = this.refused = null;
    this.change();
  }

  /** Go along with the kernel's account of the session. */
  private update(session: SessionView): void {
    const begins = this.follow(session);
    if (begins) this.problem = this.refused = null;
    this.players.follow(session);
    const ending = begins || isOver(session);
    if (ending) this.settle("stop");
    if (ending || session.status === "draining") this.settle("finish");
    this.change();
  }

  private look(): void {
    this.link.repeatIfDue();
    this.players.report();
    this.yieldOutput();
  }

  /** After a session has ended and the widget has been idle for a while, its output may be redrawn. */
  private yieldOutput(): void {
    const { epoch } = this.session;
    const inUse = !isOver(this.session) || this.player?.active || this.players.placement.inUse;
    if (inUse || this.yielded === epoch || !this.holder) {
      this.unusedSince = null;
      return;
    }
    const now = performance.now();
    this.unusedSince ??= now;
    if (now - this.unusedSince < UNUSED_MS) return;
    this.yielded = epoch;
    this.link.tell({ kind: "yield", epoch });
  }

  /** The kernel has answered; what ends a session takes effect later. */
  private answered(asked: Pending | null, problem: Problem | null): void {
    if (problem) {
      this.problem = problem;
      const text = asked?.request.kind === "speak" ? asked.request.text : null;
      this.refused = asked && text !== null ? { id: asked.id, text } : null;
    }
    const lasts = !problem && (this.awaiting === "stop" || this.awaiting === "finish");
    if (asked?.request === this.asked && !lasts) this.asked = null;
    this.change();
  }

  /** What such a request is for has happened. */
  private settle(kind: Request["kind"]): void {
    this.link.settle(kind);
    if (this.awaiting === kind) this.asked = null;
  }

  /** Jupyter's widget manager says of a model whose kernel restarts that something changed; what, its views show. */
  private checkKernel(): void {
    setTimeout(() => {
      if (this.holder?.screen.closest(".jupyter-widgets-disconnected")) this.link.lose();
    });
  }

  /** Keep the last picture, and ask for nothing any more. What was not heard is in the box again. */
  private lostKernel(): void {
    this.asked = null;
    const texts = this.link.pending.map(({ request }) => ("text" in request ? request.text : ""));
    this.ui.draft ||= texts.filter(Boolean).join("\n");
    this.freeze();
    this.player?.hush();
    this.change();
  }

  private change(): void {
    this.changes.dispatchEvent(new Event("change"));
  }
}
