// Shows sessions that are rooms: joins the room of each session when the kernel invites to it, and
// tells the kernel what the avatar in it says of itself. What it says is captioned at once: a kernel
// that a cell keeps busy hears of it late.

import type { Handlers } from "../../model/kernel_link.ts";
import type { PlayerHost, SessionPlayer } from "../../model/player_host.ts";
import { endsSentence } from "../../model/sentences.ts";
import { isLive, isOver } from "../../model/status.ts";
import type { Connection, OfferMessage, SessionView } from "../../protocol.ts";
import type { AvatarEvent } from "./avatar_events.ts";
import { type Join, NO_MEDIA } from "./connection.ts";
import { joinRoom, type LiveKit } from "./livekit.ts";
import { answerOffer, TAKEN } from "./peer.ts";
import { LivePlayer } from "./player.ts";

export class WebRtcSessionPlayer implements SessionPlayer {
  player: LivePlayer | null = null;
  epoch = 0;
  readonly handlers: Handlers = {
    room: ({ epoch, url, token, ice_servers: iceServers }) =>
      this.begin(epoch, (player) =>
        player.join(joinRoom(this.livekit, { url, token, iceServers })),
      ),
    offer: (message) => this.begin(message.epoch, (player) => this.answer(player, message)),
  };

  private told: Connection = "unknown";

  constructor(
    private readonly livekit: LiveKit,
    private readonly host: PlayerHost,
    private readonly signal: AbortSignal,
  ) {}

  follow(session: SessionView): void {
    if (isOver(session) && session.epoch === this.epoch) this.player?.hush();
  }

  /** Show another session. Each page that comes late makes the kernel invite all of them again. */
  private begin(epoch: number, join: (player: LivePlayer) => void): void {
    if (epoch <= this.epoch) return;
    this.epoch = epoch;
    this.told = "unknown";
    const { state, placement } = this.host;
    // Its clock is a little behind the session's while it loads, and would caption them again.
    if (state.captions.epoch === epoch) state.captions.begin();
    this.player ??= this.makePlayer();
    join(this.player);
    placement.show(this.player.video);
  }

  private makePlayer(): LivePlayer {
    const events = {
      changed: () => this.changed(),
      heard: (event: AvatarEvent) => this.pass(event),
      elapsed: () => this.host.state.elapsed,
    };
    return new LivePlayer(events, this.signal);
  }

  /** Take up an offer, which serves one page. */
  private answer(player: LivePlayer, message: OfferMessage): void {
    const { answered, epoch, ice_servers: iceServers, sdp } = message;
    // The session is live because of another page, if not because of this one.
    const why = () => (answered || isLive(this.host.state.session) ? TAKEN : NO_MEDIA);
    const accept = answerOffer({ sdp, iceServers }, this.signaling(epoch), why);
    const leave: Join = async (audience) => audience.failed(TAKEN);
    player.join(answered ? leave : accept, { again: false, why });
  }

  private signaling(epoch: number) {
    const { link } = this.host;
    return {
      answer: (sdp: string) => link.tell({ kind: "answer", epoch, sdp }),
      candidate: ({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: RTCIceCandidate) => {
        const found = { candidate, mid: sdpMid, line: sdpMLineIndex, fragment: usernameFragment };
        link.tell({ kind: "candidate", epoch, ...found });
      },
    };
  }

  private pass(event: AvatarEvent): void {
    const { host, player } = this;
    // A picture that is paused stands still, what is said does not.
    const position = player?.state === "playing" ? player.position : host.state.elapsed;
    host.link.tell({ kind: "talking", epoch: this.epoch, ...event, position });
    if (event.type === "avatar_talking_message") this.caption(event, position);
  }

  private caption({ index, message: word }: AvatarEvent, position: number): void {
    const { captions } = this.host.state;
    // The kernel, too, leaves out what is heard of a task whose beginning was missed.
    if (index < 0 || captions.epoch !== this.epoch) return;
    captions.hear({ word, start: position, end: position }, endsSentence);
  }

  private changed(): void {
    const { epoch, player, told } = this;
    if (player && player.connection !== told) {
      this.told = player.connection;
      this.host.link.tell({ kind: "quality", epoch, quality: player.connection });
    }
    this.host.changed();
  }
}
