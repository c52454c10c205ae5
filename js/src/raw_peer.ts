// Answers a server that offers picture and sound over a bare peer connection, without a room. The
// kernel carries answer and candidates to the server. Knows no session and no picture.

import { AvatarEvents } from "./avatar_events.ts";
import { type Join, NO_MEDIA, watchOver } from "./live.ts";

/** The server's offer. */
export interface Offer {
  sdp: string;
  iceServers: RTCIceServer[];
}

/** How the server hears of this side. */
export interface Courier {
  answer(sdp: string): void;
  candidate(candidate: RTCIceCandidate): void;
}

/** Answer an offer. */
export function answerOffer({ sdp, iceServers }: Offer, courier: Courier): Join {
  return async (audience, signal) => {
    const arrived = watchOver(audience, signal);
    const peer = new RTCPeerConnection({ iceServers });
    const events = new AvatarEvents();
    signal.addEventListener("abort", () => peer.close());
    peer.ontrack = ({ track }) => {
      audience.receive(track);
      track.addEventListener("ended", () => audience.lose(track), { signal });
    };
    peer.ondatachannel = ({ channel }) => {
      channel.binaryType = "arraybuffer";
      channel.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
        const event = events.read(data);
        if (event) audience.hear(event);
      };
    };
    let mending = false;
    peer.onconnectionstatechange = () => {
      switch (peer.connectionState) {
        case "connected":
          arrived();
          if (mending) audience.resumed();
          mending = false;
          break;
        case "disconnected":
          mending = true;
          audience.interrupted("Connection lost, waiting for it to come back…");
          break;
        case "failed":
          // Only the server can make another offer, and it makes one for each session.
          audience.failed(NO_MEDIA);
          break;
      }
    };
    // A candidate is of no use to the server before it has the answer.
    const early: RTCIceCandidate[] = [];
    let answered = false;
    peer.onicecandidate = ({ candidate }) => {
      if (!candidate) return;
      if (answered) courier.candidate(candidate);
      else early.push(candidate);
    };
    await peer.setRemoteDescription({ type: "offer", sdp });
    const answer = await peer.createAnswer();
    await peer.setLocalDescription(answer);
    if (signal.aborted) return;
    courier.answer(peer.localDescription?.sdp ?? answer.sdp ?? "");
    answered = true;
    for (const candidate of early) courier.candidate(candidate);
  };
}
