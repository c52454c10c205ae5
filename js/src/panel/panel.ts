// One view of an avatar: picture, bar, transcript and text box. Draws what `Avatar` holds and passes
// on what the user does.

import type { Avatar } from "../model/avatar.ts";
import type { PlayerModule } from "../model/player_host.ts";
import { isLive, isOpening, statusLine } from "../model/status.ts";
import type { View } from "../model/video_placement.ts";
import { button, h, icon, iconButton, label, SUPPRESS, setText } from "../page/dom.ts";
import type { Problem } from "../protocol.ts";
import { Composer } from "./composer.ts";
import { Controls } from "./controls.ts";
import * as icons from "./icons.ts";
import { keepKeys, obeyKeys } from "./keys.ts";
import { type Offers, type Scene, sceneOf } from "./overlay.ts";
import { Screen } from "./screen.ts";

const TICK_MS = 40;
/** In full screen, after this long without a move, all but the picture goes away. */
const REST_MS = 3000;
const KERNEL_BUSY =
  "No response from the kernel yet. While a cell runs, requests may wait until it ends.";

export class Panel implements View, Offers {
  readonly screen: HTMLElement;
  readonly root: HTMLElement;

  private readonly stage: Screen;
  private readonly controls: Controls;
  private readonly composer: Composer;
  private readonly transcript = h(
    "div",
    {
      class: "hw-transcript",
      role: "region",
      "aria-label": "Transcript",
      tabindex: "0",
      [SUPPRESS]: "",
    },
    h("p", { class: "hw-queued" }, "The transcript will appear here."),
  );
  private transcriptView: InstanceType<PlayerModule["TranscriptView"]> | null = null;
  private captionView: InstanceType<PlayerModule["CaptionView"]> | null = null;
  private presenter: Awaited<Avatar["presenter"]> | null = null;
  private readonly problem = h("div", { class: "hw-problem", role: "alert" });
  private readonly notice = h("p", { class: "hw-notice", role: "status" });

  private scene: Scene | null = null;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private shownProblem: Problem | null = null;
  private shownRefused: Avatar["refused"] = null;

  constructor(
    private readonly avatar: Avatar,
    signal: AbortSignal,
  ) {
    const { ui } = avatar;
    this.stage = new Screen(signal);
    this.screen = this.stage.screen;
    this.root = h("div", { class: "heygen-widget", role: "group", "aria-label": "Avatar" });
    this.controls = new Controls(avatar, ui, this, signal);
    this.composer = new Composer(avatar, ui, signal);
    const dock = h(
      "div",
      { class: "hw-dock" },
      this.controls.element,
      this.problem,
      this.notice,
      this.transcript,
      this.composer.element,
    );
    const figures = h("div", { class: "hw-figures", hidden: "" });
    this.root.append(this.screen, figures, dock);
    this.handleKeys(signal);
    this.handleFullScreen(signal);
    avatar.watch(() => this.draw(), signal);
    avatar.enter(this, signal);
    // There is nothing to follow before there is something to play it.
    avatar.players.module.then(({ CaptionView, TranscriptView }) => {
      if (signal.aborted) return;
      const { captions, log } = this.stage;
      this.captionView = new CaptionView(captions, log);
      this.transcriptView = new TranscriptView(avatar.players, this.transcript);
      this.draw();
    });
    avatar.presenter.then((presenter) => {
      if (signal.aborted) return;
      this.presenter = presenter;
      presenter.enter(figures, signal);
    });
    signal.addEventListener("abort", () => {
      clearInterval(this.ticking);
      clearTimeout(this.resting);
      this.root.remove();
    });
  }

  speakAgain(): void {
    this.composer.offer(this.lastText() ?? "");
  }

  lastText(): string | undefined {
    return this.avatar.speeches.latest ?? this.avatar.ui.history.last;
  }

  /** Show everything that changes with an event. */
  draw(): void {
    const { avatar, root } = this;
    const { session, player, kernelGone, ui } = avatar;
    const playback = player?.state ?? null;
    const { recovering, connection } = player ?? {};
    const status = statusLine({ session, playback, recovering, connection, kernelGone });
    this.scene = sceneOf(avatar, this, status);
    const rest = root.classList.contains("hw-rest") ? " hw-rest" : "";
    const picture = player?.started && player.video.parentElement === this.screen;
    root.className = `heygen-widget hw-tone-${status.tone}${picture ? " hw-has-picture" : ""}${rest}`;
    Object.assign(root.dataset, {
      scene: this.scene.name,
      status: session.status,
      playback: playback ?? "none",
      epoch: String(session.epoch),
    });
    this.stage.draw(this.scene, avatar.link.awaits("speak"));
    this.controls.draw(status);
    this.drawProblem(session.error === null || kernelGone ? avatar.problem : null);
    this.transcript.hidden = !ui.transcript;
    this.composer.draw();
    this.tick();
    this.keepTicking();
  }

  private handleKeys(signal: AbortSignal): void {
    const { controls } = this;
    const shortcuts = {
      " ": () => controls.togglePlaying(),
      m: () => controls.toggleMuted(),
      c: () => controls.toggleCaptions(),
      f: () => controls.toggleFullScreen(),
    };
    obeyKeys(this.screen, shortcuts, signal);
    keepKeys(this.root, signal);
  }

  private handleFullScreen(signal: AbortSignal): void {
    const { root } = this;
    const wake = () => {
      clearTimeout(this.resting);
      root.classList.remove("hw-rest");
      if (!root.matches(":fullscreen")) return;
      this.resting = setTimeout(() => root.classList.add("hw-rest"), REST_MS);
    };
    root.addEventListener("fullscreenchange", () => this.draw(), { signal });
    for (const event of ["fullscreenchange", "pointermove", "pointerdown", "keydown"]) {
      root.addEventListener(event, wake, { signal });
    }
    this.screen.addEventListener(
      "dblclick",
      (event) => event.target instanceof HTMLVideoElement && this.controls.toggleFullScreen(),
      { signal },
    );
  }

  private drawProblem(problem: Problem | null): void {
    const { refused } = this.avatar;
    if (problem === this.shownProblem && refused === this.shownRefused) return;
    this.shownProblem = problem;
    this.shownRefused = refused;
    this.problem.replaceChildren();
    if (!problem) return;
    const { avatar } = this;
    const dismiss = iconButton();
    label(dismiss, icons.CLOSE, "Dismiss");
    dismiss.addEventListener("click", () => {
      this.screen.focus();
      avatar.dismissProblem();
    });
    this.problem.append(
      icon(icons.WARNING),
      h(
        "div",
        {},
        h("strong", {}, problem.title),
        h("p", {}, problem.hint),
        h("p", { class: "hw-request" }, problem.request_id ? `Request ${problem.request_id}` : ""),
      ),
    );
    if (refused !== null) {
      const retry = button({ class: "hw-plain" }, icon(icons.RETRY), "Retry");
      retry.addEventListener("click", () => {
        this.screen.focus();
        avatar.retry();
      });
      this.problem.append(retry);
    }
    this.problem.append(dismiss);
  }

  /** Tick while anything moves by itself. */
  private keepTicking(): void {
    const { session, player, awaiting } = this.avatar;
    const moving = session.running || isOpening(session) || isLive(session) || awaiting !== null;
    if (moving || player?.state === "playing") {
      this.ticking ??= setInterval(() => this.tick(), TICK_MS);
    } else {
      clearInterval(this.ticking);
      this.ticking = undefined;
    }
  }

  /** Show what moves with time. */
  private tick(): void {
    const { avatar, stage } = this;
    const now = performance.now();
    const advice = avatar.floating?.advice || this.presenter?.advice || "";
    setText(this.notice, avatar.link.isBusy(now) ? KERNEL_BUSY : advice);
    const seconds =
      avatar.openingSince === null ? 0 : Math.floor((now - avatar.openingSince) / 1000);
    stage.sayNote((this.scene?.note ?? "") + (seconds > 0 ? ` · ${seconds} s` : ""));
    const here = this.scene?.name === "live";
    this.captionView?.draw(avatar, avatar.ui.captions && here, avatar.holder === this);
    this.transcriptView?.draw();
    this.controls.tick(now);
  }
}
