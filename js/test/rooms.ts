// Stands in for livekit-client where a fault cannot be provoked in the real one: rooms that only note
// what is done to them.

import type { LiveKit } from "../src/player/webrtc/livekit.ts";

type Handler = (...values: unknown[]) => void;

export class Room {
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
export const LIVEKIT = {
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
  ConnectionErrorReason: { NotAllowed: 0, Timeout: 5 },
  DisconnectReason: {
    CLIENT_INITIATED: 1,
    DUPLICATE_IDENTITY: 2,
    SERVER_SHUTDOWN: 3,
    PARTICIPANT_REMOVED: 4,
    ROOM_DELETED: 5,
    ROOM_CLOSED: 10,
  },
} as unknown as LiveKit;
