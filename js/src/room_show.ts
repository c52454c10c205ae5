// Shows sessions that are rooms: joins the room of each session when the kernel invites to it, and
// tells the kernel what the avatar in it says of itself.

import type { AvatarEvent } from "./avatar_events.ts";
import { LivePlayer } from "./live_player.ts";
import type { Connection, KernelMessage, SessionView } from "./protocol.ts";
import { answerOffer } from "./raw_peer.ts";
import { joinRoom, type LiveKit } from "./room.ts";
import type { House, Show } from "./show.ts";
import { isOver } from "./status.ts";

export class RoomShow implements Show {
  player: LivePlayer | null = null;
  epoch = 0;

  private told: Connection = "unknown";

  constructor(
    private readonly livekit: LiveKit,
    private readonly house: House,
    private readonly signal: AbortSignal,
  ) {}

  follow(session: SessionView): void {
    if (isOver(session) && session.epoch === this.epoch) this.player?.hush();
  }

  take(message: KernelMessage): void {
    if (message.kind !== "room" && message.kind !== "offer") return;
    const { epoch, ice_servers: iceServers } = message;
    // Each page that comes late makes the kernel invite all of them again.
    if (epoch <= this.epoch) return;
    this.epoch = epoch;
    this.told = "unknown";
    this.player ??= new LivePlayer(
      { changed: () => this.changed(), heard: (event) => this.pass(event) },
      this.signal,
    );
    if (message.kind === "room") {
      const { url, token } = message;
      this.player.join(joinRoom(this.livekit, { url, token, iceServers }));
    } else {
      this.player.join(answerOffer({ sdp: message.sdp, iceServers }, this.courier(epoch)));
    }
    this.house.present(this.player.video);
  }

  private courier(epoch: number) {
    const { house } = this;
    return {
      answer: (sdp: string) => house.send({ kind: "answer", epoch, sdp }),
      candidate: ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidate) => {
        const found = { candidate, mid: sdpMid, line: sdpMLineIndex, fragment: usernameFragment };
        house.send({ kind: "candidate", epoch, ...found });
      },
    };
  }

  private pass(event: AvatarEvent): void {
    const position = this.player?.position ?? 0;
    this.house.send({ kind: "talking", epoch: this.epoch, ...event, position });
  }

  private changed(): void {
    const { epoch, player, told } = this;
    if (player && player.connection !== told) {
      this.told = player.connection;
      this.house.send({ kind: "quality", epoch, quality: player.connection });
    }
    this.house.changed();
  }
}
