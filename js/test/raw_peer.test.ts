import { afterEach, expect, test, vi } from "vitest";
import type { AvatarEvent } from "../src/avatar_events.ts";
import { LivePlayer } from "../src/live_player.ts";
import { hasUsableNetwork } from "../src/network.ts";
import { answerOffer } from "../src/raw_peer.ts";
import { FarEnd, Notes } from "./peers.ts";

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
  const join = answerOffer({ sdp: await far.offer(), iceServers: [] }, far.courier);
  return { far, join };
}

test("an offer is answered, and its picture is seen", async () => {
  const { join } = await connect();
  const heard: AvatarEvent[] = [];
  const player = new LivePlayer(
    { changed: () => {}, heard: (event) => heard.push(event) },
    life.signal,
  );
  player.join(join);
  document.body.append(player.video);
  await expect.poll(() => player.state, { timeout: 10_000 }).toBe("playing");
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
  const { courier } = far;
  const noted = answerOffer(
    { sdp: far.peer.localDescription?.sdp ?? "", iceServers: [] },
    {
      answer: (sdp) => {
        order.push("answer");
        courier.answer(sdp);
      },
      candidate: () => order.push("candidate"),
    },
  );
  expect(join).toBeTypeOf("function");
  await noted(new Notes(), life.signal);
  await expect.poll(() => order.length).toBeGreaterThan(1);
  expect(order.indexOf("candidate")).toBeGreaterThan(order.indexOf("answer"));
});

test("hanging up leaves the last picture and tells nothing more", async () => {
  const { far, join } = await connect();
  const player = new LivePlayer({ changed: () => {}, heard: () => {} }, life.signal);
  player.join(join);
  document.body.append(player.video);
  await expect.poll(() => player.state, { timeout: 10_000 }).toBe("playing");
  player.hush();
  expect(player.state).toBe("ended");
  await expect.poll(() => far.channel.readyState).not.toBe("open");
  expect(player.state).toBe("ended");
  expect(player.video.srcObject).not.toBeNull();
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
  const notes = new Notes();
  const silent = { answer: () => {}, candidate: () => {} };
  const sdp = far.peer.localDescription?.sdp ?? "";
  await answerOffer({ sdp, iceServers: [] }, silent)(notes, life.signal);
  await expect
    .poll(() => notes.said, { timeout: 3000 })
    .toEqual(["hindered: This browser has no network that WebRTC can use"]);
});

test("a picture that does not come through is told in time, and what to do", async () => {
  const { far } = await connect();
  const notes = new Notes();
  const deaf = { answer: () => {}, candidate: () => {} };
  await answerOffer({ sdp: far.peer.localDescription?.sdp ?? "", iceServers: [] }, deaf)(
    notes,
    life.signal,
  );
  await expect
    .poll(() => notes.said, { timeout: 3000 })
    .toEqual(["hindered: Picture and sound do not come through"]);
});
