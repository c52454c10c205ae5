// A real room is joined in the browser tests; here is what cannot be provoked there at will.

import { afterEach, expect, test, vi } from "vitest";
import { joinRoom } from "../../../src/player/webrtc/livekit.ts";
import { Notes } from "../../peers.ts";
import { LIVEKIT, Room } from "../../rooms.ts";

const INVITATION = { url: "ws://room", token: "jwt", iceServers: [] };

let life = new AbortController();

afterEach(() => {
  life.abort();
  life = new AbortController();
  Room.all = [];
  Room.doors = [];
  vi.useRealTimers();
});

async function join(iceServers: RTCIceServer[] = []) {
  const notes = new Notes();
  const staying = joinRoom(LIVEKIT, { ...INVITATION, iceServers })(notes, life.signal);
  await expect.poll(() => Room.all.at(-1)?.connected.length).toBe(1);
  return { notes, staying, room: Room.all.at(-1) as Room };
}

test("a room is joined with what the invitation says, and with all of its picture", async () => {
  const { room } = await join();
  expect(room.options).toMatchObject({ adaptiveStream: false, dynacast: false });
  expect(room.connected).toEqual([
    ["ws://room", "jwt", { peerConnectionTimeout: 8000, maxRetries: 1 }],
  ]);
});

test("servers that help are named only if there are any", async () => {
  const helper = { urls: ["turn:a"], username: "u", credential: "c" };
  const { room } = await join([helper]);
  expect(room.connected[0]?.[2]).toMatchObject({ rtcConfig: { iceServers: [helper] } });
});

test("picture, sound and what the avatar tells come through", async () => {
  const { notes, room } = await join();
  const track = new MediaStream() as unknown as MediaStreamTrack;
  room.emit("TrackSubscribed", { kind: "video", mediaStreamTrack: track });
  const said = JSON.stringify({ type: "avatar_start_talking", task_id: "t" });
  room.emit("DataReceived", new TextEncoder().encode(said));
  room.emit("DataReceived", new TextEncoder().encode("noise"));
  room.emit("ConnectionQualityChanged", "poor", { isLocal: true });
  room.emit("ConnectionQualityChanged", "lost", { isLocal: false });
  expect(notes.tracks).toEqual([track]);
  expect(notes.events).toHaveLength(1);
  expect(notes.said).toEqual(["poor"]);
});

test("a lost socket is mended by the library, and told", async () => {
  const { notes, room } = await join();
  room.emit("SignalReconnecting");
  room.emit("Reconnected");
  expect(notes.said).toEqual(["interrupted", "resumed"]);
  expect(Room.all).toHaveLength(1);
});

test("a library that does not come to an end is not waited for", async () => {
  const { notes, room, staying } = await join();
  vi.useFakeTimers();
  room.emit("SignalReconnecting");
  await vi.advanceTimersByTimeAsync(5000);
  room.emit("Reconnected");
  room.emit("SignalReconnecting");
  await vi.advanceTimersByTimeAsync(5000);
  room.emit("Reconnecting"); // a second way to the same end
  await vi.advanceTimersByTimeAsync(9000);
  expect(Room.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1250);
  expect(Room.all).toHaveLength(2);
  expect(room.disconnects).toBe(1);
  expect(notes.said.at(-1)).toBe("resumed");
  life.abort();
  await staying;
});

// 1: the library has left by itself, as it does when a page is frozen, or is asked to go and stays.
test.each([undefined, 1])("one who was thrown out by accident comes back (%s)", async (reason) => {
  const { notes, room } = await join();
  room.emit("Disconnected", reason);
  await expect.poll(() => Room.all.length).toBe(2);
  await expect.poll(() => notes.said).toEqual(["interrupted", "resumed"]);
  expect(Room.all[1]?.connected).toHaveLength(1);
});

test.each([4, 5, 10])("a room that is no more is not joined again (%i)", async (reason) => {
  const { notes, room, staying } = await join();
  room.emit("Disconnected", reason);
  await staying;
  expect(notes.said).toEqual(["ended"]);
  expect(Room.all).toHaveLength(1);
});

test.each([401, 404])(
  "a door that is closed to this token is not knocked at again (%i)",
  async (status) => {
    Room.doors = [Object.assign(new Error("no"), { reason: 0, status })];
    const { notes, staying } = await join();
    await staying;
    expect(notes.said).toEqual(["ended"]);
  },
);

test("who cannot be let in tries less and less often, and says so in the end", async () => {
  vi.useFakeTimers();
  Room.doors = Array(20).fill(new Error("could not establish pc connection"));
  const notes = new Notes();
  const staying = joinRoom(LIVEKIT, INVITATION)(notes, life.signal);
  await vi.advanceTimersByTimeAsync(60_000);
  await staying;
  expect(notes.said.at(-1)).toBe("failed: No picture or sound is arriving");
  expect(Room.all).toHaveLength(11);
});

test("one whose place another page has taken does not take it back", async () => {
  const { notes, room, staying } = await join();
  room.emit("Disconnected", 2);
  await staying;
  expect(notes.said).toEqual(["replaced"]);
  expect(Room.all).toHaveLength(1);
});

test("a connection that never was is not called lost", async () => {
  vi.useFakeTimers();
  Room.doors = [new Error("could not establish signal connection"), undefined];
  const notes = new Notes();
  void joinRoom(LIVEKIT, INVITATION)(notes, life.signal);
  await vi.advanceTimersByTimeAsync(1000);
  expect(Room.all).toHaveLength(2);
  expect(notes.said).toEqual([]);
});

test("leaving disconnects and tells nothing", async () => {
  const { notes, room, staying } = await join();
  life.abort();
  await staying;
  expect(room.disconnects).toBeGreaterThan(0);
  expect(notes.said).toEqual([]);
});
