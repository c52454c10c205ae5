// A real room is joined in the browser tests; here is what cannot be provoked there at will.

import { afterEach, expect, test, vi } from "vitest";
import { joinRoom, type LiveKit } from "../src/room.ts";
import { Notes } from "./peers.ts";

const INVITATION = { url: "ws://room", token: "jwt", iceServers: [] };

type Handler = (...values: unknown[]) => void;

/** Stands in for livekit-client's room. */
class Room {
  static all: Room[] = [];
  /** What each `connect` meets, in order; nothing lets one in. */
  static doors: (Error | undefined)[] = [];
  readonly options: unknown;
  readonly connected: unknown[][] = [];
  disconnects = 0;
  private handlers = new Map<string, Handler>();

  constructor(options: unknown) {
    this.options = options;
    Room.all.push(this);
  }
  on(event: string, handle: Handler): void {
    this.handlers.set(event, handle);
  }
  removeAllListeners(): void {
    this.handlers.clear();
  }
  emit(event: string, ...values: unknown[]): void {
    this.handlers.get(event)?.(...values);
  }
  async connect(...values: unknown[]): Promise<void> {
    this.connected.push(values);
    const error = Room.doors.shift();
    if (error) throw error;
  }
  async disconnect(): Promise<void> {
    this.disconnects += 1;
    this.emit("Disconnected", 1);
  }
}

const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
const library = {
  Room,
  RoomEvent: named(
    "TrackSubscribed",
    "TrackUnsubscribed",
    "DataReceived",
    "ConnectionQualityChanged",
    "SignalReconnecting",
    "Reconnecting",
    "Reconnected",
    "Disconnected",
  ),
  DisconnectReason: {
    CLIENT_INITIATED: 1,
    SERVER_SHUTDOWN: 3,
    PARTICIPANT_REMOVED: 4,
    ROOM_DELETED: 5,
    ROOM_CLOSED: 10,
  },
} as unknown as LiveKit;

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
  const staying = joinRoom(library, { ...INVITATION, iceServers })(notes, life.signal);
  await expect.poll(() => Room.all.at(-1)?.connected.length).toBe(1);
  return { notes, staying, room: Room.all.at(-1) as Room };
}

test("a room is joined with what the invitation says, and with all of its picture", async () => {
  const { room } = await join();
  expect(room.options).toEqual({ adaptiveStream: false, dynacast: false });
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

test("one who was thrown out by accident comes back", async () => {
  const { notes, room } = await join();
  room.emit("Disconnected", undefined);
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

test("a door that is closed to this token is not knocked at again", async () => {
  Room.doors = [Object.assign(new Error("no"), { status: 401 })];
  const { notes, staying } = await join();
  await staying;
  expect(notes.said).toEqual(["ended"]);
});

test("who cannot be let in tries less and less often, and says so in the end", async () => {
  vi.useFakeTimers();
  Room.doors = Array(20).fill(new Error("could not establish pc connection"));
  const notes = new Notes();
  const staying = joinRoom(library, INVITATION)(notes, life.signal);
  await vi.advanceTimersByTimeAsync(60_000);
  await staying;
  expect(notes.said.at(-1)).toBe("failed: Picture and sound do not come through");
  expect(Room.all).toHaveLength(9);
});

test("leaving disconnects and tells nothing", async () => {
  const { notes, room, staying } = await join();
  life.abort();
  await staying;
  expect(room.disconnects).toBeGreaterThan(0);
  expect(notes.said).toEqual([]);
});
