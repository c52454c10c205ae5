// Shows sessions that are streams: gives the player each session's stream once it can be had, and by
// way of the kernel where the page cannot fetch it.

import type { House, Show } from "../../model/session_player.ts";
import { isLive, isOver } from "../../model/status.ts";
import type { KernelMessage, MediaMessage, SessionView } from "../../protocol.ts";
import type { Programme } from "./context.ts";
import { KernelStream } from "./kernel_loader.ts";
import { Player } from "./player.ts";
import type { HlsConstructor } from "./stream.ts";

export class StreamShow implements Show {
  player: Player | null = null;
  epoch = 0;

  private relayed: KernelStream | null = null;

  constructor(
    private readonly Hls: HlsConstructor,
    private readonly house: House,
    private readonly signal: AbortSignal,
  ) {}

  follow(session: SessionView): void {
    const { epoch, hls_url, status, transport } = session;
    const { sawItBegin } = this.house;
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
    this.house.present(this.player.video);
  }

  take(message: KernelMessage, buffers: DataView<ArrayBuffer>[]): void {
    if (message.kind === "media") this.takeMedia(message, buffers);
  }

  private takeMedia(message: MediaMessage, buffers: DataView<ArrayBuffer>[]): void {
    if (message.epoch !== this.house.session.epoch) return;
    this.relay().receive(message, buffers);
    // The kernel pushed unasked, not knowing that this page can do without.
    if (this.player?.transport === "direct" && this.player.started) this.relayed?.decline();
  }

  /** The session's stream by way of the kernel. */
  private relay(): KernelStream {
    const { house } = this;
    const { epoch } = house.session;
    if (this.relayed?.epoch === epoch) return this.relayed;
    this.relayed?.decline();
    this.relayed = new KernelStream(
      epoch,
      (message, heard) => house.send(message, heard),
      this.signal,
    );
    return this.relayed;
  }

  private makePlayer(): Player {
    const { house } = this;
    const programme: Programme = {
      speakingAt: (time) => house.captions.speakingAt(time),
      heardFirst: (time) => house.captions.heardFirst(time),
      alive: () => !isOver(house.session) && !house.kernelGone,
      relayed: () => this.relay(),
      declineRelayed: () => this.relayed?.decline(),
      refresh: () => house.send({ kind: "refresh", epoch: this.epoch }),
      recovered: ({ fault, seconds }) => {
        const position = this.player?.position ?? 0;
        house.send({ kind: "recovered", epoch: this.epoch, fault, seconds, position });
      },
    };
    return new Player(this.Hls, programme, () => house.changed(), this.signal);
  }
}
