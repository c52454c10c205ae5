import { expect, test } from "vitest";
import { AvatarEvents } from "../../../src/player/webrtc/avatar_events.ts";

const bytes = (said: unknown) => new TextEncoder().encode(JSON.stringify(said));

test("messages are read as bytes, as a buffer and as text", () => {
  const said = { type: "avatar_stop_talking", task_id: "t", duration_ms: 812 };
  const event = { type: "avatar_stop_talking", task_id: "t", message: "", index: 0 };
  for (const payload of [bytes(said), bytes(said).buffer, JSON.stringify(said)])
    expect(new AvatarEvents().read(payload)).toEqual({ ...event, duration_ms: 812 });
});

test("the words of each task are counted from its beginning", () => {
  const events = new AvatarEvents();
  const word = (task_id: string) =>
    events.read(bytes({ type: "avatar_talking_message", task_id, message: "x" }))?.index;
  events.read(bytes({ type: "avatar_start_talking", task_id: "a" }));
  events.read(bytes({ type: "avatar_start_talking", task_id: "b" }));
  expect([word("a"), word("a"), word("b"), word("a")]).toEqual([0, 1, 0, 2]);
});

test("a word whose task began before one listened has no number", () => {
  const said = { type: "avatar_talking_message", task_id: "t", message: "late" };
  expect(new AvatarEvents().read(bytes(said))).toMatchObject({ index: -1, message: "late" });
});

test.each([
  "no JSON",
  '"a bare string"',
  "null",
  '{"type": "user_talking_message", "task_id": "t"}',
  '{"type": "avatar_start_talking"}',
])("what is no event of the avatar is passed over: %s", (payload) => {
  expect(new AvatarEvents().read(payload)).toBeNull();
});
