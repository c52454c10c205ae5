// An avatar's end of a connection, in the same page: a real peer connection that offers a moving
// picture, a tone and a data channel, as a server does. And an audience that notes what it is told.

import type { AvatarEvent } from "../src/player/webrtc/avatar_events.ts";
import type { Audience } from "../src/player/webrtc/connection.ts";
import type { Signaling } from "../src/player/webrtc/peer.ts";
import type { Connection, Problem } from "../src/protocol.ts";

export class FarEnd {
  readonly peer = new RTCPeerConnection();
  readonly channel = this.peer.createDataChannel("events");
  readonly candidates: RTCIceCandidate[] = [];
  private readonly canvas = document.createElement("canvas");
  private readonly sound = new AudioContext();
  private painting = 0;

  /** Make the offer; every candidate is in it. */
  async offer(): Promise<string> {
    const context = this.canvas.getContext("2d");
    const paint = () => {
      if (context) {
        context.fillStyle = `hsl(${performance.now() % 360} 80% 50%)`;
        context.fillRect(0, 0, this.canvas.width, this.canvas.height);
      }
      this.painting = requestAnimationFrame(paint);
    };
    paint();
    const tone = this.sound.createMediaStreamDestination();
    const picture = this.canvas.captureStream(25);
    for (const stream of [picture, tone.stream])
      for (const track of stream.getTracks()) this.peer.addTrack(track, stream);
    await this.peer.setLocalDescription(await this.peer.createOffer());
    await gathered(this.peer);
    return this.peer.localDescription?.sdp ?? "";
  }

  /** Carries what the near end answers. */
  get signaling(): Signaling {
    return {
      answer: (sdp) => void this.peer.setRemoteDescription({ type: "answer", sdp }),
      candidate: (candidate) => {
        this.candidates.push(candidate);
        void this.peer.addIceCandidate(candidate);
      },
    };
  }

  /** Tell something, as bytes. */
  tell(event: object): void {
    this.channel.send(new TextEncoder().encode(JSON.stringify(event)));
  }

  close(): void {
    cancelAnimationFrame(this.painting);
    this.peer.close();
    void this.sound.close();
  }
}

async function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === "complete") return;
  await new Promise<void>((resolve) => {
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve();
  });
}

/** Notes what a connection tells, in words. */
export class Notes implements Audience {
  readonly tracks: MediaStreamTrack[] = [];
  readonly events: AvatarEvent[] = [];
  readonly said: string[] = [];

  receive(track: MediaStreamTrack): void {
    this.tracks.push(track);
  }
  lose(track: MediaStreamTrack): void {
    this.said.push(`lost ${track.kind}`);
  }
  hear(event: AvatarEvent): void {
    this.events.push(event);
  }
  interrupted(): void {
    this.said.push("interrupted");
  }
  resumed(): void {
    this.said.push("resumed");
  }
  ended(): void {
    this.said.push("ended");
  }
  failed(problem: Problem): void {
    this.said.push(`failed: ${problem.title}`);
  }
  replaced(): void {
    this.said.push("replaced");
  }
  quality(quality: Connection): void {
    this.said.push(quality);
  }
}
