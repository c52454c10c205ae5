// Joins a LiveKit room in which an avatar is, and stays in it: mends what can be mended. Knows no
// session and no picture.

import type { ConnectionQuality, DisconnectReason, Room as LiveKitRoom } from "livekit-client";
import type { Connection } from "../../protocol.ts";
import { AvatarEvents } from "./avatar_events.ts";
import { type Audience, type Join, NO_MEDIA } from "./connection.ts";

/** What this module uses of livekit-client. */
export type LiveKit = Pick<
  typeof import("livekit-client"),
  "Room" | "RoomEvent" | "DisconnectReason" | "ConnectionErrorReason"
>;

/** Where the room is, and what lets one in. */
export interface Invitation {
  url: string;
  token: string;
  iceServers: RTCIceServer[];
}

/** Pauses before joining again, in ms; the last one for good. */
const REJOIN_AFTER_MS = [250, 500, 1000, 2000, 4000] as const;
/** Joins in a row that may fail. */
const MOST_FAILURES = 10;

/** Pauses while the library tries to take a lost line up again; its own grow to 7 s. */
const LONGEST_PAUSE_MS = 2000;
/**
 * How long it may try. Servers keep a place for about as long; and livekit-client (2.23) tries no
 * more after a socket that closed without having opened or failed.
 */
const PATIENCE_MS = 15_000;

const SETTINGS = {
  // A cell that is scrolled out of sight is still to be heard, and to be seen at once when back.
  adaptiveStream: false,
  dynacast: false,
  // Two connections, one for each direction: HeyGen's own SDK knows no other way, nor do older servers.
  singlePeerConnection: false,
  reconnectPolicy: {
    nextRetryDelayInMs: ({ retryCount }: { retryCount: number }) =>
      Math.min(300 * retryCount, LONGEST_PAUSE_MS),
  },
};

/** Join a room. */
export function joinRoom(library: LiveKit, invitation: Invitation): Join {
  return (audience, signal) => new Membership(library, invitation, audience, signal).keep();
}

class Membership {
  private readonly events = new AvatarEvents();
  private failures = 0;
  private joined = false;

  constructor(
    private readonly library: LiveKit,
    private readonly invitation: Invitation,
    private readonly audience: Audience,
    private readonly signal: AbortSignal,
  ) {}

  /** Join, and join again when thrown out by accident. */
  async keep(): Promise<void> {
    while (!this.signal.aborted) {
      const goesOn = await this.visit();
      if (!goesOn || this.signal.aborted) return;
      this.failures += 1;
      if (this.failures > MOST_FAILURES) {
        this.audience.failed(NO_MEDIA);
        return;
      }
      if (this.joined) this.audience.interrupted("Connection lost, joining again…");
      await this.pause(REJOIN_AFTER_MS[Math.min(this.failures, REJOIN_AFTER_MS.length) - 1] ?? 0);
    }
  }

  /** Be in the room until that ends; say whether to come back. */
  private async visit(): Promise<boolean> {
    const room = new this.library.Room(SETTINGS);
    const leave = () => void room.disconnect();
    this.signal.addEventListener("abort", leave);
    const left = this.listen(room);
    try {
      const { url, token, iceServers } = this.invitation;
      await room.connect(url, token, {
        peerConnectionTimeout: 8000,
        maxRetries: 1,
        // An empty list would take the place of the servers that the room itself names.
        ...(iceServers.length > 0 ? { rtcConfig: { iceServers } } : {}),
      });
      this.back();
      return await left;
    } catch (error) {
      return this.mayComeBack(error);
    } finally {
      this.signal.removeEventListener("abort", leave);
      room.removeAllListeners();
      // A room that was not joined to the end may still hold a socket.
      void room.disconnect();
    }
  }

  /** Pass on what happens in the room; resolves when it is left, with whether to come back. */
  private listen(room: LiveKitRoom): Promise<boolean> {
    const { RoomEvent } = this.library;
    const { audience } = this;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    room.on(RoomEvent.TrackSubscribed, (track) => audience.receive(track.mediaStreamTrack));
    room.on(RoomEvent.TrackUnsubscribed, (track) => audience.lose(track.mediaStreamTrack));
    room.on(RoomEvent.DataReceived, (payload) => {
      const event = this.events.read(payload);
      if (event) audience.hear(event);
    });
    room.on(RoomEvent.ConnectionQualityChanged, (quality, participant) => {
      if (participant.isLocal) audience.quality(named(quality));
    });
    let patience: ReturnType<typeof setTimeout> | undefined;
    const mending = () => {
      audience.interrupted("Connection lost, reconnecting…");
      patience ??= setTimeout(() => resolve(!this.signal.aborted), PATIENCE_MS);
    };
    const mended = () => {
      clearTimeout(patience);
      patience = undefined;
    };
    room.on(RoomEvent.SignalReconnecting, mending);
    room.on(RoomEvent.Reconnecting, mending);
    room.on(RoomEvent.Reconnected, () => {
      mended();
      this.back();
    });
    room.on(RoomEvent.Disconnected, (reason) => {
      mended();
      resolve(this.wasAccident(reason));
    });
    return promise;
  }

  /** The line is up. */
  private back(): void {
    this.failures = 0;
    if (this.joined) this.audience.resumed();
    this.joined = true;
  }

  /** Whether to come back after a disconnect; says why when not. */
  private wasAccident(reason: DisconnectReason | undefined): boolean {
    const { DisconnectReason: reasons } = this.library;
    // The library leaves, too: when the page falls asleep, or is about to be left and then is not.
    if (this.signal.aborted) return false;
    const over =
      reason === reasons.ROOM_DELETED ||
      reason === reasons.PARTICIPANT_REMOVED ||
      reason === reasons.ROOM_CLOSED;
    if (over) this.audience.ended();
    // Two pages that both came back would throw each other out for ever.
    const replaced = reason === reasons.DUPLICATE_IDENTITY;
    if (replaced) this.audience.replaced();
    return !over && !replaced;
  }

  /** Whether to try again after a connect that failed; says so when that is no use. */
  private mayComeBack(error: unknown): boolean {
    if (this.signal.aborted) return false;
    // A token that is not taken, or a room that is no more.
    const { reason } = error as { reason?: unknown };
    if (reason !== this.library.ConnectionErrorReason.NotAllowed) return true;
    // The kernel says why a session has ended; a page that comes late only sees a closed door.
    this.audience.ended();
    return false;
  }

  private pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
    return promise;
  }
}

function named(quality: ConnectionQuality): Connection {
  const known: readonly string[] = ["excellent", "good", "poor", "lost"] satisfies Connection[];
  return known.includes(quality) ? (quality as Connection) : "unknown";
}
