// Shows sessions that are rooms: joins the room of each session when the kernel invites to it, and
// tells the kernel what the avatar in it says of itself. What it says is captioned at once: a kernel
// that a cell keeps busy hears of it late.

import type { House, Show } from "../../model/session_player.ts";
import { isLive, isOver } from "../../model/status.ts";
import type { Connection, KernelMessage, OfferMessage, SessionView } from "../../protocol.ts";
import type { AvatarEvent } from "./avatar_events.ts";
import { type Join, NO_MEDIA } from "./connection.ts";
import { joinRoom, type LiveKit } from "./livekit.ts";
import { answerOffer, TAKEN } from "./peer.ts";
import { LivePlayer } from "./player.ts";

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
    // Its clock is a little behind the session's while it loads, and would caption them again.
    if (this.house.captions.epoch === epoch) this.house.captions.begin();
    this.player ??= this.makePlayer();
    if (message.kind === "room") {
      const { url, token } = message;
      this.player.join(joinRoom(this.livekit, { url, token, iceServers }));
    } else {
      this.answer(this.player, message);
    }
    this.house.present(this.player.video);
  }

  private makePlayer(): LivePlayer {
    const { house } = this;
    const witness = {
      changed: () => this.changed(),
      heard: (event: AvatarEvent) => this.pass(event),
      elapsed: () => house.elapsed,
    };
    return new LivePlayer(witness, this.signal);
  }

  /** Take up an offer, which serves one page. */
  private answer(player: LivePlayer, message: OfferMessage): void {
    const { answered, epoch, ice_servers: iceServers, sdp } = message;
    // The session is live because of another page, if not because of this one.
    const why = () => (answered || isLive(this.house.session) ? TAKEN : NO_MEDIA);
    const take = answerOffer({ sdp, iceServers }, this.courier(epoch), why);
    const leave: Join = async (audience) => audience.failed(TAKEN);
    player.join(answered ? leave : take, { again: false, why });
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
    const { house, player } = this;
    // A picture that is paused stands still, what is said does not.
    const position = player?.state === "playing" ? player.position : house.elapsed;
    house.send({ kind: "talking", epoch: this.epoch, ...event, position });
    if (event.type === "avatar_talking_message") this.caption(event, position);
  }

  private caption({ index, message: word }: AvatarEvent, position: number): void {
    const { captions } = this.house;
    // The kernel, too, leaves out what is heard of a task whose beginning was missed.
    if (index < 0 || captions.epoch !== this.epoch) return;
    captions.hear({ word, start: position, end: position });
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
