// What an avatar in a room tells of itself: UTF-8 JSON on a data channel, keyed by `type`, made
// typed events. Knows no room.

const TYPES = [
  "avatar_start_talking",
  "avatar_talking_message",
  "avatar_end_message",
  "avatar_stop_talking",
] as const;

/** Something about a task: the saying of one text. */
export interface AvatarEvent {
  type: (typeof TYPES)[number];
  task_id: string;
  /** A word, or part of one; all of a task joined give its text. */
  message: string;
  /** Counts the messages of one task; -1 if its beginning was missed. */
  index: number;
  /** How long the avatar spoke; with `avatar_stop_talking` only. */
  duration_ms: number | null;
}

const utf8 = new TextDecoder();

/** Reads the messages of one room, and counts those of each task. */
export class AvatarEvents {
  private readonly told = new Map<string, number>();

  /** The event in a message; null for other messages. */
  read(payload: ArrayBuffer | ArrayBufferView | string): AvatarEvent | null {
    const said = parse(typeof payload === "string" ? payload : utf8.decode(payload));
    if (!said) return null;
    const { type, task_id } = said;
    if (type === "avatar_start_talking") this.told.set(task_id, 0);
    let index = 0;
    if (type === "avatar_talking_message") {
      index = this.told.get(task_id) ?? -1;
      if (index >= 0) this.told.set(task_id, index + 1);
    }
    if (type === "avatar_stop_talking") this.told.delete(task_id);
    return { ...said, index };
  }
}

function parse(text: string): Omit<AvatarEvent, "index"> | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  const { type, task_id, message, duration_ms } = said as Record<string, unknown>;
  const known = TYPES.find((name) => name === type);
  if (!known || typeof task_id !== "string") return null;
  return {
    type: known,
    task_id,
    message: typeof message === "string" ? message : "",
    duration_ms: typeof duration_ms === "number" ? duration_ms : null,
  };
}
