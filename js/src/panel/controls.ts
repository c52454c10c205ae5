// The bar under the picture: what goes on in words, what it costs, and the controls of the player.

import type { Avatar } from "../model/avatar.ts";
import { formatElapsed } from "../model/meter.ts";
import type { StatusLine } from "../model/status.ts";
import type { UiState } from "../model/ui_state.ts";
import { h, iconButton, label, SUPPRESS, setText } from "../page/dom.ts";
import type { PictureQuality } from "../protocol.ts";
import * as icons from "./icons.ts";

const LATENCY_EVERY_MS = 500;

/** What the controls ask of the panel they stand in. */
export interface Controlled {
  readonly root: HTMLElement;
  draw(): void;
}

export class Controls {
  private readonly status = h("span", { class: "hw-status", role: "status" });
  private readonly badge = h(
    "span",
    { class: "hw-badge", title: "The embedded avatar server is speaking. Nothing is billed." },
    "Rehearsal",
  );
  /** The seconds that count down are for the eye; a reader is told once what is coming. */
  private readonly left = h("span", { class: "hw-left", "aria-hidden": "true" });
  private readonly warning = h("span", { class: "hw-hidden", role: "status" });
  private readonly meter = h("span", { class: "hw-meter" });

  private readonly mute = iconButton();
  private readonly volume = h("input", {
    type: "range",
    class: "hw-volume",
    min: "0",
    max: "1",
    step: "0.05",
    title: "Volume",
    "aria-label": "Volume",
    [SUPPRESS]: "",
  });
  /** Shown while the server chooses; cannot be gone back to. */
  private readonly auto = h("option", { value: "", disabled: "" }, "Auto");
  private readonly quality = h(
    "select",
    { class: "hw-quality", title: "Quality", "aria-label": "Quality", [SUPPRESS]: "" },
    this.auto,
  );
  private readonly captions = iconButton();
  private readonly transcript = iconButton();
  private readonly float = iconButton();
  private readonly inset = iconButton();
  private readonly full = iconButton();
  readonly element = h(
    "div",
    { class: "hw-bar" },
    h(
      "div",
      { class: "hw-facts" },
      h("span", { class: "hw-dot", "aria-hidden": "true" }),
      this.status,
      this.badge,
      this.left,
      this.warning,
      this.meter,
    ),
    h(
      "div",
      { class: "hw-tools", role: "group", "aria-label": "Player controls" },
      this.mute,
      this.volume,
      this.quality,
      this.captions,
      this.transcript,
      this.float,
      this.inset,
      this.full,
    ),
  );

  private latencyAt = 0;

  constructor(
    private readonly avatar: Avatar,
    private readonly ui: UiState,
    private readonly panel: Controlled,
    signal: AbortSignal,
  ) {
    const on = (target: HTMLElement, handle: () => void) =>
      target.addEventListener("click", handle, { signal });
    on(this.mute, () => this.toggleMuted());
    on(this.captions, () => this.toggleCaptions());
    on(this.transcript, () => this.toggleTranscript());
    on(this.float, () => avatar.toggleFloating());
    on(this.inset, () => this.toggleInset());
    on(this.full, () => this.toggleFullScreen());
    this.quality.addEventListener(
      "change",
      () => avatar.ask({ kind: "switch", quality: this.quality.value as PictureQuality }),
      { signal },
    );
    this.volume.addEventListener(
      "input",
      () => avatar.player?.setVolume(this.volume.valueAsNumber),
      { signal },
    );
  }

  togglePlaying(): void {
    const { player } = this.avatar;
    if (player?.state === "paused" || player?.state === "blocked") player.play();
    else if (player?.state === "playing" || player?.state === "waiting") player.pause();
  }

  toggleMuted(): void {
    const { player } = this.avatar;
    player?.setMuted(!player.muted);
  }

  toggleCaptions(): void {
    this.ui.captions = !this.ui.captions;
    this.panel.draw();
  }

  toggleFullScreen(): void {
    this.attempt(this.avatar.player?.toggleFullscreen(this.panel.root));
  }

  private toggleInset(): void {
    this.attempt(this.avatar.player?.togglePictureInPicture());
  }

  /** Report in the panel if the browser refuses. */
  private attempt(asked: Promise<void> | undefined): void {
    asked?.catch((error: unknown) => {
      const hint = error instanceof Error ? error.message : String(error);
      this.avatar.complain("The browser does not allow this here", hint);
    });
  }

  private toggleTranscript(): void {
    this.ui.transcript = !this.ui.transcript;
    this.panel.draw();
  }

  draw({ text }: StatusLine): void {
    const { player, session } = this.avatar;
    setText(this.status, text);
    this.badge.hidden = !session.rehearsal;
    const muted = player?.muted === true || player?.volume === 0;
    label(this.mute, muted ? icons.MUTED : icons.SOUND, muted ? "Turn sound on" : "Mute", "M");
    this.mute.disabled = this.volume.disabled = this.full.disabled = !player;
    const loud = String(muted ? 0 : (player?.volume ?? 1));
    this.volume.value = loud;
    this.volume.style.setProperty("--hw-loud", loud);
    this.drawQuality();
    label(this.captions, icons.CAPTIONS, "Captions", "C");
    this.captions.ariaPressed = String(this.ui.captions);
    label(this.transcript, icons.TRANSCRIPT, "Transcript");
    this.transcript.ariaExpanded = String(this.ui.transcript);
    label(this.float, icons.FLOAT, "Keep in view while scrolling");
    this.float.ariaPressed = String(this.ui.floating);
    this.float.hidden = !this.avatar.floating?.possible;
    const inset = player?.pictureInPicture === true;
    const insetName = inset ? "Leave picture in picture" : "Picture in picture";
    label(this.inset, icons.PICTURE_IN_PICTURE, insetName);
    this.inset.hidden = !document.pictureInPictureEnabled;
    this.inset.disabled = !player?.canPictureInPicture;
    const full = this.panel.root.matches(":fullscreen");
    const fullName = full ? "Leave full screen" : "Full screen";
    label(this.full, full ? icons.LEAVE_FULL_SCREEN : icons.FULL_SCREEN, fullName, "F");
    // A frame may not be allowed to, as in Colab; phones allow it to a video alone.
    this.full.hidden = !(
      document.fullscreenEnabled || "webkitEnterFullscreen" in HTMLVideoElement.prototype
    );
  }

  private drawQuality(): void {
    const { awaiting, kernelGone, session } = this.avatar;
    const { length } = session.qualities;
    this.quality.hidden = length === 0;
    if (this.quality.length !== length + 1) {
      const named = (value: string) => value.charAt(0).toUpperCase() + value.slice(1);
      const options = session.qualities.map((value) => h("option", { value }, named(value)));
      this.quality.replaceChildren(this.auto, ...options);
    }
    if (awaiting === "switch") return;
    this.quality.disabled = kernelGone;
    this.auto.hidden = session.quality !== null;
    const chosen = session.quality ?? "";
    if (this.quality.value !== chosen) this.quality.value = chosen;
  }

  /** Show what moves with time. */
  tick(now: number): void {
    const { meter, player, session } = this.avatar;
    const elapsed = meter.elapsed(now);
    const facts = elapsed || session.running ? [formatElapsed(elapsed), meter.costText(now)] : [];
    setText(this.meter, facts.filter(Boolean).join(" · "));
    if (session.price_per_second) {
      this.meter.title = `Estimated from the elapsed time at $${session.price_per_second} per second`;
    }
    const left = meter.timeLeft(now);
    setText(this.left, left?.text ?? "");
    setText(this.warning, left ? `Ends soon: ${left.why}` : "");
    if (now - this.latencyAt < LATENCY_EVERY_MS) return;
    this.latencyAt = now;
    this.drawLatency(player?.latency ?? null);
  }

  private drawLatency(latency: number | null): void {
    const { dataset } = this.panel.root;
    if (latency === null) {
      delete dataset.latency;
      const { connection } = this.avatar.player ?? {};
      this.status.title = connection && connection !== "unknown" ? `Connection: ${connection}` : "";
      return;
    }
    dataset.latency = latency.toFixed(2);
    const { transport, transportReason } = this.avatar.player ?? {};
    const way = transport === "kernel" ? `, through the kernel: ${transportReason}` : "";
    const title = `${latency.toFixed(1)} s behind the live edge${way}`;
    if (this.status.title !== title) this.status.title = title;
  }
}
