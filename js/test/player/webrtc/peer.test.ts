import { afterEach, expect, test, vi } from "vitest";
import type { AvatarEvent } from "../../../src/player/webrtc/avatar_events.ts";
import { type Audience, NO_MEDIA, type Terms } from "../../../src/player/webrtc/connection.ts";
import { hasUsableNetwork } from "../../../src/player/webrtc/network.ts";
import { answerOffer } from "../../../src/player/webrtc/peer.ts";
import { LivePlayer, type PlayerEvents } from "../../../src/player/webrtc/player.ts";
import { FarEnd, Notes } from "../../peers.ts";

const TERMS: Terms = { again: false, why: () => NO_MEDIA };

let life = new AbortController();
let far: FarEnd | null = null;

afterEach(() => {
  life.abort();
  life = new AbortController();
  far?.close();
  far = null;
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

async function connect() {
  far = new FarEnd();
  const join = answerOffer({ sdp: await far.offer(), iceServers: [] }, far.signaling, TERMS.why);
  return { far, join };
}

function live(events: Partial<PlayerEvents> = {}): LivePlayer {
  const quiet = { changed: () => {}, heard: () => {}, elapsed: () => 0 };
  return new LivePlayer({ ...quiet, ...events }, life.signal);
}

test("an offer is answered, and its picture is seen", async () => {
  const { join } = await connect();
  const heard: AvatarEvent[] = [];
  const player = live({ heard: (event) => heard.push(event) });
  player.join(join, TERMS);
  document.body.append(player.video);
  await expect.poll(() => player.state).toBe("playing");
  expect(player.started).toBe(true);
  expect(player.problem).toBeNull();
  await expect.poll(() => player.video.videoWidth).toBeGreaterThan(0);
  await expect.poll(() => player.position).toBeGreaterThan(0);
});

test("what the avatar tells is heard, in its order", async () => {
  const { far, join } = await connect();
  const notes = new Notes();
  await join(notes, life.signal);
  await expect.poll(() => far.channel.readyState).toBe("open");
  for (const type of ["avatar_start_talking", "avatar_talking_message", "avatar_stop_talking"])
    far.tell({ type, task_id: "t", message: "Hi" });
  await expect.poll(() => notes.events.length).toBe(3);
  expect(notes.events.map(({ type, index }) => [type, index])).toEqual([
    ["avatar_start_talking", 0],
    ["avatar_talking_message", 0],
    ["avatar_stop_talking", 0],
  ]);
});

test("the server gets the answer before any candidate", async () => {
  const { far, join } = await connect();
  const order: string[] = [];
  const { signaling } = far;
  const noted = answerOffer(
    { sdp: far.peer.localDescription?.sdp ?? "", iceServers: [] },
    {
      answer: (sdp) => {
        order.push("answer");
        signaling.answer(sdp);
      },
      candidate: () => order.push("candidate"),
    },
    TERMS.why,
  );
  expect(join).toBeTypeOf("function");
  await noted(new Notes(), life.signal);
  await expect.poll(() => order.length).toBeGreaterThan(1);
  expect(order.indexOf("candidate")).toBeGreaterThan(order.indexOf("answer"));
});

test("hanging up leaves the last picture and tells nothing more", async () => {
  const { far, join } = await connect();
  const player = live();
  player.join(join, TERMS);
  document.body.append(player.video);
  await expect.poll(() => player.state).toBe("playing");
  player.hush();
  expect(player.state).toBe("ended");
  await expect.poll(() => far.channel.readyState).not.toBe("open");
  expect(player.state).toBe("ended");
  expect(player.video.srcObject).not.toBeNull();
});

test("a connection that was given up and comes back all the same shows its picture", async () => {
  const { join } = await connect();
  const player = live();
  const audiences: Audience[] = [];
  player.join((audience, signal) => {
    audiences.push(audience);
    return join(audience, signal);
  }, TERMS);
  document.body.append(player.video);
  await expect.poll(() => player.state).toBe("playing");
  // Browsers report a server that froze for a minute as failed, then as disconnected and connected.
  audiences[0]?.failed(NO_MEDIA);
  audiences[0]?.interrupted("Connection lost, reconnecting…");
  audiences[0]?.resumed();
  expect(player.problem).toBeNull();
  await expect.poll(() => player.state).toBe("playing");
});

test("a network that WebRTC can use is found at once", async () => {
  expect(await hasUsableNetwork()).toBe(true);
});

test("a browser without a network for WebRTC is found out in time, and told what to do", async () => {
  const { far } = await connect();
  // Only a machine without any network shows this for real.
  class Cut extends RTCPeerConnection {
    override set onicecandidate(_: RTCPeerConnection["onicecandidate"]) {}
  }
  vi.stubGlobal("RTCPeerConnection", Cut);
  expect(await hasUsableNetwork(50)).toBe(false);
  const player = live();
  player.join(unheard(far), TERMS);
  await expect
    .poll(() => player.problem?.title)
    .toBe("WebRTC has no usable network in this browser");
});

/** An answer that does not reach the other end. */
function unheard(far: FarEnd) {
  const nobody = { answer: () => {}, candidate: () => {} };
  const sdp = far.peer.localDescription?.sdp ?? "";
  return answerOffer({ sdp, iceServers: [] }, nobody, TERMS.why);
}

test("a picture that does not come through is told in time, and what to do", async () => {
  const { far } = await connect();
  const player = live();
  player.join(unheard(far), TERMS);
  await expect.poll(() => player.problem?.title).toBe("No picture or sound is arriving");
});

test("sound and a connection are no picture: that it does not come is told", async () => {
  const { join } = await connect();
  const player = live();
  player.join(
    (audience, signal) =>
      join(Object.assign(audience, { receive: pass(audience.receive, "audio") }), signal),
    TERMS,
  );
  document.body.append(player.video);
  await expect.poll(() => player.problem?.title).toBe("No picture or sound is arriving");
  expect(player.started).toBe(false);
});

/** Let tracks of one kind through. */
function pass(receive: (track: MediaStreamTrack) => void, kind: string) {
  return (track: MediaStreamTrack) => {
    if (track.kind === kind) receive(track);
  };
}
