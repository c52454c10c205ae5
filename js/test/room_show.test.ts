// An avatar in a room, as its widget shows it: over a bare peer connection to the same page.

import { afterEach, beforeEach, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { PLAYER_VERSION, type StreamingView } from "../src/protocol.ts";
import { RoomShow as Show } from "../src/room_show.ts";
import { TranscriptView } from "../src/transcript_view.ts";
import { find, type Model, resetPage, show } from "./model.ts";
import { FarEnd } from "./peers.ts";
import "../src/widget.css";

const SOURCE = "export const { Show, TranscriptView } = globalThis.heygenRooms; export default {};";

let far: FarEnd | null = null;

beforeEach(resetPage);
afterEach(() => {
  far?.close();
  far = null;
});

/** A widget of an avatar in a room. */
function shown(session: Partial<StreamingView> = {}) {
  const room: Partial<StreamingView> = { version: "v1", quality: null, ...session };
  return show(room);
}

function deliver(model: Model): void {
  Object.assign(globalThis, { heygenRooms: { Show, TranscriptView } });
  const bytes = new DataView(new TextEncoder().encode(SOURCE).buffer);
  model.receive({ kind: "player", version: PLAYER_VERSION }, [bytes]);
}

/** A widget that is in the avatar's room. */
async function visiting() {
  const widget = shown();
  const { model, root } = widget;
  deliver(model);
  far = new FarEnd();
  const sdp = await far.offer();
  model.update({ epoch: 1, status: "pending" });
  model.receive({ kind: "offer", epoch: 1, sdp, ice_servers: [] });
  await expect.poll(() => model.kinds("answer").length).toBe(1);
  far.courier.answer(model.kinds("answer")[0]?.sdp ?? "");
  model.update({ status: "streaming" });
  await expect.poll(() => root.dataset.playback, { timeout: 10_000 }).toBe("playing");
  await expect.poll(() => far?.channel.readyState).toBe("open");
  return { ...widget, far };
}

test("the kernel's invitation is followed, and the picture is live", async () => {
  const { model, root } = await visiting();
  expect(find(root, ".hw-status").textContent).toBe("Live");
  expect(find(root, "video").parentElement).toBe(find(root, ".hw-screen"));
  expect(model.kinds("playback").at(-1)).toMatchObject({ state: "playing", transport: "direct" });
});

test("an invitation that is told again, or that came too early, is followed once", async () => {
  const { model } = shown();
  far = new FarEnd();
  const sdp = await far.offer();
  model.update({ epoch: 1, status: "pending" });
  model.receive({ kind: "offer", epoch: 1, sdp, ice_servers: [] });
  deliver(model);
  await expect.poll(() => model.kinds("answer").length).toBe(1);
  model.receive({ kind: "offer", epoch: 1, sdp, ice_servers: [] });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(model.kinds("answer")).toHaveLength(1);
});

test("what the avatar tells of itself is passed on, with when it was", async () => {
  const { far, model } = await visiting();
  far.tell({ type: "avatar_talking_message", task_id: "t", message: "Hi" });
  await expect.poll(() => model.kinds("talking").length).toBe(1);
  const [told] = model.kinds("talking");
  expect(told).toMatchObject({ epoch: 1, task_id: "t", message: "Hi" });
  expect(told?.position).toBeGreaterThan(0);
});

test("when the session is over the picture stands still", async () => {
  const { model, root } = await visiting();
  model.update({ status: "cancelled" });
  expect(root.dataset.playback).toBe("ended");
  expect(find<HTMLVideoElement>(root, "video").paused).toBe(true);
});

test("Interrupt silences the avatar; the session goes on", async () => {
  const { model, root } = shown({ epoch: 1, status: "streaming" });
  await userEvent.click(find(root, "[title^='Be silent']"));
  expect(model.kinds("interrupt")).toHaveLength(1);
  expect(model.kinds("stop")).toHaveLength(0);
});

test("another quality is asked for, and shown once the kernel has it", async () => {
  const { model, root } = shown({ epoch: 1, status: "streaming" });
  const quality = find<HTMLSelectElement>(root, ".hw-quality");
  expect(quality.selectedOptions[0]?.textContent).toBe("Auto");
  await userEvent.selectOptions(quality, "Low");
  expect(model.kinds("switch")).toEqual([{ kind: "switch", quality: "low" }]);
  const answer: Partial<StreamingView> = { epoch: 2, status: "creating", quality: "low" };
  model.update(answer);
  expect(quality.value).toBe("low");
});

test("a stream has neither", () => {
  const { root } = show({ epoch: 1, status: "streaming" });
  expect(find(root, ".hw-quality").checkVisibility()).toBe(false);
  expect(find(root, "[title^='Be silent']").checkVisibility()).toBe(false);
});
