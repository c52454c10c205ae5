// Answers a server that offers picture and sound over a bare peer connection, without a room. The
// kernel carries answer and candidates to the server. Knows no session and no picture.

import type { Problem } from "../../protocol.ts";
import { AvatarEvents } from "./avatar_events.ts";
import type { Join } from "./connection.ts";

/** The server's offer. */
export interface Offer {
  sdp: string;
  iceServers: RTCIceServer[];
}

/** How the server hears of this side. */
export interface Signaling {
  answer(sdp: string): void;
  candidate(candidate: RTCIceCandidate): void;
}

const AGAIN =
  "Press Stop, then let the avatar speak again: this page gets the next session. " +
  'With version="v2" any page can join, and reconnects by itself.';

/** The offer is for one page, and is not this one's. */
export const TAKEN: Problem = {
  title: "This session is already shown in another page",
  hint: `A bare connection serves only the first page. Reloading counts as a new page. ${AGAIN}`,
  request_id: null,
};

const LOST: Problem = {
  title: "The connection to the avatar was lost",
  hint: `It cannot be restored. ${AGAIN}`,
  request_id: null,
};

/** Answer an offer; `why` says what it may be if nobody hears the answer. */
export function answerOffer(
  { sdp, iceServers }: Offer,
  signaling: Signaling,
  why: () => Problem,
): Join {
  return async (audience, signal) => {
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
    let connected = false;
    let mending = false;
    peer.onconnectionstatechange = () => {
      switch (peer.connectionState) {
        case "connected":
          connected = true;
          if (mending) audience.resumed();
          mending = false;
          break;
        case "disconnected":
          if (!connected) break;
          mending = true;
          audience.interrupted("Connection lost, reconnecting…");
          break;
        case "failed":
          // Only the server can make another offer, and it makes one for each session.
          audience.failed(connected ? LOST : why());
          break;
      }
    };
    // A candidate is of no use to the server before it has the answer.
    const early: RTCIceCandidate[] = [];
    let answered = false;
    peer.onicecandidate = ({ candidate }) => {
      if (!candidate) return;
      if (answered) signaling.candidate(candidate);
      else early.push(candidate);
    };
    await peer.setRemoteDescription({ type: "offer", sdp });
    const answer = await peer.createAnswer();
    await peer.setLocalDescription(answer);
    if (signal.aborted) return;
    signaling.answer(peer.localDescription?.sdp ?? answer.sdp ?? "");
    answered = true;
    for (const candidate of early) signaling.candidate(candidate);
  };
}
