// One view of an avatar: picture, status bar, spoken text and text box. Draws what `Avatar` holds
// and passes on what the user does; keeps no state of its own but the text being typed.

import type { Avatar, View } from "./avatar.ts";
import { type Line, spaceBetween } from "./captions.ts";
import { button, h, ICONS, icon, SUPPRESS, setText } from "./dom.ts";
import { formatCost, formatElapsed } from "./meter.ts";
import { MAX_TEXT_LENGTH, type Problem } from "./protocol.ts";
import { isLive, isOpening, isOver, statusLine } from "./status.ts";

/** What the picture's place shows. */
type Scene = "idle" | "opening" | "live" | "over" | "elsewhere";

/** A session begins with something to say; this is what the button says. */
const GREETING = "Hello!";
const TICK_MS = 60;
const LATENCY_EVERY_MS = 250;
const KERNEL_BUSY =
  "No answer from the kernel yet. While a cell runs, requests may have to wait until it ends.";

export class Panel implements View {
  readonly screen: HTMLElement;
  readonly root: HTMLElement;

  private readonly greet = button({ class: "hw-start" }, icon(ICONS.play), "Say hello");
  private readonly hint = h(
    "p",
    { class: "hw-hint" },
    "or, in a cell, ",
    h("code", {}, 'avatar.speak("Hello")'),
  );
  private readonly progress = h("p", { class: "hw-progress", "aria-hidden": "true" });
  private readonly bring = button({ class: "hw-start" }, "Bring it here");
  private readonly elsewhere = h(
    "div",
    { class: "hw-elsewhere" },
    h("p", {}, "Playing in another view"),
    this.bring,
  );
  private readonly soundLabel = h("span", {}, "Turn sound on");
  private readonly sound = button({ class: "hw-sound" }, icon(ICONS.sound), this.soundLabel);
  private readonly poster = h(
    "div",
    { class: "hw-poster" },
    h("div", { class: "hw-figure" }),
    this.progress,
    this.greet,
    this.hint,
  );

  private readonly status = h("span", { class: "hw-status", role: "status" });
  private readonly badge = h(
    "span",
    { class: "hw-badge", title: "The embedded avatar server speaks. Nothing is billed." },
    "Rehearsal",
  );
  private readonly meter = h("span", { class: "hw-meter" });
  private readonly mute = button({ class: "hw-icon" });
  private readonly bar = h(
    "div",
    { class: "hw-bar" },
    h("span", { class: "hw-dot", "aria-hidden": "true" }),
    this.status,
    this.badge,
    this.meter,
    this.mute,
  );

  private readonly captions = h("p", {
    class: "hw-captions",
    role: "log",
    "aria-live": "off",
    "aria-label": "Spoken text",
  });
  private readonly problem = h("div", { class: "hw-problem", role: "alert" });
  private readonly notice = h("p", { class: "hw-notice", role: "status" });

  private readonly text = h("textarea", {
    class: "hw-text",
    rows: "1",
    maxlength: String(MAX_TEXT_LENGTH),
    placeholder: "Type something to say",
    "aria-label": "Text for the avatar to speak",
    enterkeyhint: "send",
    [SUPPRESS]: "true",
  });
  private readonly send = button({ class: "hw-send" }, icon(ICONS.send), h("span", {}, "Send"));
  private readonly stopLabel = h("span", {}, "Stop");
  private readonly stop = button({ class: "hw-stop" }, icon(ICONS.stop), this.stopLabel);
  private readonly form = h(
    "div",
    { class: "hw-form", role: "group", "aria-label": "Speak" },
    this.text,
    this.send,
    this.stop,
  );

  private ticking: ReturnType<typeof setInterval> | undefined;
  private latencyShownAt = 0;
  private captionShown = "";
  private shownProblem: Problem | null = null;

  constructor(
    private readonly avatar: Avatar,
    signal: AbortSignal,
  ) {
    this.screen = h("div", { class: "hw-screen" }, this.poster, this.elsewhere, this.sound);
    this.root = h(
      "div",
      { class: "heygen-widget", role: "group", "aria-label": "Avatar" },
      this.screen,
      this.bar,
      this.captions,
      this.problem,
      this.notice,
      this.form,
    );
    this.handleClicks(signal);
    this.handleKeys(signal);
    avatar.watch(() => this.draw(), signal);
    avatar.enter(this, signal);
    signal.addEventListener("abort", () => {
      clearInterval(this.ticking);
      this.root.remove();
    });
  }

  private handleClicks(signal: AbortSignal): void {
    const { avatar } = this;
    const on = (target: HTMLElement, handle: () => void) =>
      target.addEventListener("click", handle, { signal });
    on(this.greet, () => avatar.speak(GREETING));
    on(this.bring, () => avatar.bringTo(this));
    on(this.sound, () => avatar.player?.setMuted(false));
    on(this.mute, () => avatar.player?.setMuted(!avatar.player.muted));
    on(this.send, () => this.submit());
    on(this.stop, () => avatar.stop());
    this.text.addEventListener("input", () => this.drawForm(), { signal });
  }

  private handleKeys(signal: AbortSignal): void {
    this.text.addEventListener(
      "keydown",
      (event) => {
        // While an input method composes, Enter chooses a candidate; 229 is how Safari says so.
        const composing = event.isComposing || event.keyCode === 229;
        const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
        if (event.key !== "Enter" || !plain || composing) return;
        event.preventDefault();
        this.submit();
      },
      { signal },
    );
    this.root.addEventListener("keydown", (event) => guard(event), { signal });
  }

  private submit(): void {
    if (this.text.value.trim() === "") return;
    this.avatar.speak(this.text.value);
    this.text.value = "";
    this.text.focus();
    this.drawForm();
  }

  /** Show everything that changes with an event. */
  private draw(): void {
    const { session, player } = this.avatar;
    const playback = player?.state ?? null;
    const { text, tone } = statusLine(session, playback);
    const scene = this.scene();
    this.root.className = `heygen-widget hw-scene-${scene} hw-tone-${tone}`;
    Object.assign(this.root.dataset, {
      status: session.status,
      playback: playback ?? "none",
      epoch: String(session.epoch),
    });
    setText(this.status, text);
    this.badge.hidden = !session.rehearsal;
    this.drawStage(scene);
    this.drawMute();
    this.drawProblem(session.error ?? this.avatar.problem);
    this.drawForm();
    this.tick();
    this.keepTicking();
  }

  private scene(): Scene {
    const { session, player, holder } = this.avatar;
    const playing = player !== null && player.state !== "ended" && player.state !== "failed";
    if (isOpening(session)) return "opening";
    if (holder !== this && player && (playing || isLive(session))) return "elsewhere";
    if (isLive(session)) return player?.started ? "live" : "opening";
    if (session.status === "completed" && playing) return player.started ? "live" : "opening";
    return isOver(session) ? "over" : "idle";
  }

  private drawStage(scene: Scene): void {
    const { awaiting, player } = this.avatar;
    const blocked = player?.state === "blocked";
    this.root.classList.toggle("hw-has-picture", player?.started === true);
    this.greet.hidden = scene !== "idle" && scene !== "over";
    this.greet.disabled = awaiting === "speak";
    this.hint.hidden = scene !== "idle";
    this.progress.hidden = scene !== "opening";
    this.elsewhere.hidden = scene !== "elsewhere";
    this.poster.hidden = scene === "live" || scene === "elsewhere";
    this.sound.hidden = scene !== "live" || !(blocked || player?.soundBlocked);
    setText(this.soundLabel, blocked ? "Play" : "Turn sound on");
  }

  private drawMute(): void {
    const muted = this.avatar.player?.muted ?? false;
    const label = muted ? "Turn sound on" : "Mute";
    this.mute.disabled = this.avatar.player === null;
    if (this.mute.title === label) return;
    this.mute.title = label;
    this.mute.setAttribute("aria-label", label);
    this.mute.replaceChildren(icon(muted ? ICONS.muted : ICONS.sound));
  }

  private drawProblem(problem: Problem | null): void {
    if (problem === this.shownProblem) return;
    this.shownProblem = problem;
    this.problem.replaceChildren();
    if (!problem) return;
    this.problem.append(h("strong", {}, problem.title));
    if (problem.hint) this.problem.append(h("p", {}, problem.hint));
    if (problem.request_id) {
      this.problem.append(h("p", { class: "hw-request" }, `Request ${problem.request_id}`));
    }
    if (problem !== this.avatar.problem) return;
    const dismiss = button({ class: "hw-icon", "aria-label": "Dismiss" }, icon(ICONS.close));
    dismiss.addEventListener("click", () => this.avatar.dismissProblem());
    this.problem.append(dismiss);
  }

  private drawForm(): void {
    const { awaiting, session } = this.avatar;
    const stopping = awaiting === "stop";
    this.send.disabled = this.text.value.trim() === "";
    this.stop.disabled = stopping || !(isOpening(session) || isLive(session));
    setText(this.stopLabel, stopping ? "Stopping…" : "Stop");
    // Grows with its text up to the height that the style sheet allows.
    this.text.style.height = "auto";
    if (this.text.value) this.text.style.height = `${this.text.scrollHeight + 2}px`;
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
    const { avatar } = this;
    const now = performance.now();
    setText(this.meter, this.meterText(now));
    setText(this.notice, avatar.kernelIsBusy(now) ? KERNEL_BUSY : "");
    if (!this.progress.hidden) setText(this.progress, this.progressText(now));
    this.drawCaptions();
    if (now - this.latencyShownAt < LATENCY_EVERY_MS) return;
    this.latencyShownAt = now;
    const latency = avatar.player?.latency ?? null;
    if (latency === null) delete this.root.dataset.latency;
    else this.root.dataset.latency = latency.toFixed(2);
  }

  private meterText(now: number): string {
    const { meter, session } = this.avatar;
    const elapsed = meter.elapsed(now);
    if (elapsed === 0 && !session.running) return "";
    const price = session.price_per_second;
    if (price === 0) return formatElapsed(elapsed);
    this.meter.title = `An estimate: elapsed time at $${price} per second`;
    const would = session.rehearsal ? "would cost " : "";
    return `${formatElapsed(elapsed)} · ${would}${formatCost(meter.cost(now))}`;
  }

  private progressText(now: number): string {
    const { session, player, openingSince } = this.avatar;
    const { text } = statusLine(session, player?.state ?? null);
    const seconds = openingSince === null ? 0 : Math.floor((now - openingSince) / 1000);
    return seconds < 2 ? text : `${text} ${seconds} s`;
  }

  private drawCaptions(): void {
    const { captions, player, session, speech } = this.avatar;
    const line = player ? captions.lineAt(player.position) : null;
    const waiting = !line && speech?.epoch === session.epoch ? speech.text : "";
    const shown = line ? `${line.first} ${line.words.length} ${line.speaking}` : `- ${waiting}`;
    if (shown === this.captionShown) return;
    this.captionShown = shown;
    this.captions.classList.toggle("hw-waiting", !line);
    this.captions.replaceChildren(...(line ? lineNodes(line) : [waiting]));
  }
}

function lineNodes({ words, speaking }: Line): Node[] {
  const before = words.slice(0, -1);
  const latest = words.at(-1) ?? "";
  const text = before.map((word, index) => word + spaceBetween(word, words[index + 1] ?? ""));
  const span = h("span", speaking ? { class: "hw-now" } : {}, latest);
  return [document.createTextNode(text.join("")), span];
}

/** Keep a key from the notebook's shortcuts, unless it is pressed with Ctrl or Cmd. */
function guard(event: KeyboardEvent): void {
  const combination = event.metaKey || (event.ctrlKey && !event.getModifierState("AltGraph"));
  if (!combination) {
    event.stopPropagation();
    return;
  }
  // JupyterLab skips an element with this attribute whatever the key; it is needed for Lab 4.0,
  // which listens before us, so it is taken away for the moment in which later versions look.
  const target = event.target as Element | null;
  if (!target?.hasAttribute(SUPPRESS)) return;
  target.removeAttribute(SUPPRESS);
  setTimeout(() => target.setAttribute(SUPPRESS, "true"));
}
