// Keeps an avatar in view: while its view is out of sight and it has a picture, that floats in a corner
// of the notebook, if it is its turn. Decides; the picture is moved by `VideoPlacement`.

import type { Avatar } from "../model/avatar.ts";
import type { FloatingPicture } from "../model/player_host.ts";
import { isLive } from "../model/status.ts";
import { Frame } from "./frame.ts";
import { cellOf, type Place, placeFor } from "./place.ts";
import { scrollTo } from "./scroll.ts";
import { Sight } from "./sight.ts";
import { type Floater, join, settle } from "./turn.ts";

/** How often captions are drawn. */
const TICK_MS = 60;
/** After so many ticks it is looked who is speaking, and how the notebook looks. */
const LOOK_EVERY = 4;
const ADVICE = "Picture in picture keeps the avatar in view while you scroll.";

export class Floating implements FloatingPicture, Floater {
  spokeAt = 0;

  private readonly sight: Sight;
  private place: Place | null = null;
  private frame: Frame | null = null;
  /** Whether the user has closed it; forgotten once the view is back in sight. */
  private closed = false;
  /** Whether it would have floated, if that were possible here, and the user knows no better. */
  private missed = false;
  private epoch = 0;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private ticks = 0;

  constructor(
    private readonly avatar: Avatar,
    signal: AbortSignal,
  ) {
    this.sight = new Sight(() => this.look(), signal);
    join(this, signal);
    avatar.watch(() => this.follow(), signal);
    signal.addEventListener("abort", () => {
      clearInterval(this.ticking);
      this.float(false);
    });
    this.look();
  }

  get possible(): boolean {
    return this.place !== null;
  }

  get advice(): string {
    return this.missed && this.isLive ? ADVICE : "";
  }

  get floats(): boolean {
    return this.frame !== null;
  }

  get live(): boolean {
    return this.isLive && this.place?.host.checkVisibility() === true;
  }

  get wants(): boolean {
    const { ui, player } = this.avatar;
    if (!ui.floating || this.closed || !this.live || player?.pictureInPicture) return false;
    return this.isAway;
  }

  float(on: boolean): void {
    if (on) this.leave();
    else this.goHome();
  }

  /** Whether there is a picture that goes on. */
  private get isLive(): boolean {
    const { session, player, kernelGone } = this.avatar;
    if (!player?.started || player.elsewhere || kernelGone) return false;
    return player.active || (player.state === "paused" && isLive(session));
  }

  /** Whether the view has scrolled away; one that someone has hidden has not. */
  private get isAway(): boolean {
    const { holder, player } = this.avatar;
    // Its cell is being run again, most likely.
    if (!holder) return this.floats && player?.video.parentElement === this.frame?.picture;
    const cell = cellOf(holder.screen) ?? holder.screen;
    const hidden =
      !holder.screen.checkVisibility() && (cell === holder.screen || cell.checkVisibility());
    return !hidden && this.sight.isOut;
  }

  /** The view is in sight, or no longer, or it is another one. */
  private look(): void {
    const screen = this.avatar.holder?.screen;
    if (screen?.isConnected) {
      this.place = placeFor(screen);
      if (!this.sight.isOut) this.closed = false;
    }
    this.follow();
  }

  /** Go along with what has changed. */
  private follow(): void {
    const { holder, player, session } = this.avatar;
    if (holder) this.sight.watch(holder.screen);
    if (this.epoch !== session.epoch) {
      this.epoch = session.epoch;
      this.spokeAt = performance.now();
    }
    if (player?.pictureInPicture) this.missed = false;
    else this.missed ||= this.isLive && !this.place && this.isAway;
    this.keepTicking();
    settle();
  }

  private keepTicking(): void {
    if (this.isLive) {
      this.ticking ??= setInterval(() => this.tick(), TICK_MS);
    } else {
      clearInterval(this.ticking);
      this.ticking = undefined;
    }
  }

  private tick(): void {
    const { captions, ui, player } = this.avatar;
    const position = player?.position ?? 0;
    this.ticks += 1;
    if (this.ticks % LOOK_EVERY === 0) {
      if (captions.speakingAt(position)) this.spokeAt = Number.POSITIVE_INFINITY;
      else if (this.spokeAt === Number.POSITIVE_INFINITY) this.spokeAt = performance.now();
      settle();
      this.dress();
    }
    this.frame?.caption(ui.captions ? captions.lineShownAt(position) : null);
  }

  /** Give the frame the colours of its notebook. */
  private dress(): void {
    const { holder } = this.avatar;
    if (holder) this.frame?.wear(holder.screen);
  }

  private leave(): void {
    if (this.frame || !this.place) return;
    const { place } = this;
    this.frame = new Frame(place, {
      goBack: () => this.goBack(place),
      close: () => {
        this.closed = true;
        settle();
      },
    });
    this.avatar.players.placement.lend(this.frame.picture);
    this.dress();
  }

  private goHome(): void {
    const { frame } = this;
    if (!frame) return;
    this.frame = null;
    const heir = frame.hasFocus ? this.heirOf(frame) : undefined;
    this.avatar.players.placement.lend(null);
    frame.remove();
    heir?.focus({ preventScroll: true });
  }

  /** What gets the focus when the frame goes: not the page, whose next key would be the notebook's. */
  private heirOf({ cameFrom }: Frame): HTMLElement | undefined {
    return this.closed && cameFrom?.isConnected ? cameFrom : this.avatar.holder?.screen;
  }

  private async goBack({ area }: Place): Promise<void> {
    const screen = this.avatar.holder?.screen;
    if (!screen || !(await scrollTo(screen, area))) return;
    screen.focus({ preventScroll: true });
  }
}
