// Shows sessions that are streams: gives the player each session's stream once it can be had, and by
// way of the kernel where the page cannot fetch it.

import type { Handlers } from "../../model/kernel_link.ts";
import type { PlayerHost, SessionPlayer } from "../../model/player_host.ts";
import { isLive, isOver } from "../../model/status.ts";
import type { MediaMessage, SessionView } from "../../protocol.ts";
import { KernelStream } from "./kernel_loader.ts";
import { type PlaybackContext, Player } from "./player.ts";
import type { HlsConstructor } from "./stream.ts";

export class HlsSessionPlayer implements SessionPlayer {
  player: Player | null = null;
  epoch = 0;
  readonly handlers: Handlers = {
    media: (message, buffers) => this.takeMedia(message, buffers),
  };

  private relayed: KernelStream | null = null;

  constructor(
    private readonly Hls: HlsConstructor,
    private readonly host: PlayerHost,
    private readonly signal: AbortSignal,
  ) {}

  follow(session: SessionView): void {
    const { epoch, hls_url, status, transport } = session;
    const { sawItBegin } = this.host.state;
    if (status === "cancelled" && this.epoch === epoch) this.player?.hush();
    if (!hls_url) return;
    if (this.epoch === epoch) {
      this.player?.renew(hls_url);
      return;
    }
    // A short session may be over before it is seen to be streaming; its playlist can still be read.
    if (!isLive(session) && !(status === "completed" && sawItBegin)) return;
    this.epoch = epoch;
    this.player ??= this.makePlayer();
    this.player.load({ url: hls_url, fromStart: sawItBegin, transport });
    this.host.placement.show(this.player.video);
  }

  private takeMedia(message: MediaMessage, buffers: DataView<ArrayBuffer>[]): void {
    if (message.epoch !== this.host.state.session.epoch) return;
    this.relay().receive(message, buffers);
    // The kernel pushed unasked, not knowing that this page can do without.
    if (this.player?.transport === "direct" && this.player.started) this.relayed?.decline();
  }

  /** The session's stream by way of the kernel. */
  private relay(): KernelStream {
    const { link, state } = this.host;
    const { epoch } = state.session;
    if (this.relayed?.epoch === epoch) return this.relayed;
    this.relayed?.decline();
    this.relayed = new KernelStream(
      epoch,
      (message, heard) => link.tell(message, heard),
      this.signal,
    );
    return this.relayed;
  }

  private makePlayer(): Player {
    const { host } = this;
    const { link, state } = host;
    const context: PlaybackContext = {
      speakingAt: (time) => state.captions.speakingAt(time),
      heardFirst: (time) => state.captions.heardFirst(time),
      alive: () => !isOver(state.session) && !link.gone,
      relayed: () => this.relay(),
      declineRelayed: () => this.relayed?.decline(),
      refresh: () => link.tell({ kind: "refresh", epoch: this.epoch }),
      recovered: ({ fault, seconds }) => {
        const position = this.player?.position ?? 0;
        link.tell({ kind: "recovered", epoch: this.epoch, fault, seconds, position });
      },
    };
    return new Player(this.Hls, context, () => host.changed(), this.signal);
  }
}
