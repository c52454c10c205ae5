// An avatar in a room, as its widget shows it: over a bare peer connection to the same page, and with
// rooms that only note what is done to them.

import { afterEach, beforeEach, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { Floating } from "../../../src/floating/floating.ts";
import { CaptionView } from "../../../src/panel/caption_view.ts";
import { TranscriptView } from "../../../src/panel/transcript_view.ts";
import { WebRtcSessionPlayer as SessionPlayer } from "../../../src/player/webrtc/session_player.ts";
import { type KernelMessage, PLAYER_VERSION, type SessionView } from "../../../src/protocol.ts";
import { find, Host, type Model, resetPage, show } from "../../model.ts";
import { FarEnd } from "../../peers.ts";
import { LIVEKIT, Room } from "../../rooms.ts";
import "../../../src/panel/widget.css";

const SOURCE = `
  export const { CaptionView, Floating, SessionPlayer, TranscriptView, LIVEKIT } = globalThis.heygenRooms;
  export default LIVEKIT;
`;
const ROOM: KernelMessage = { kind: "room", epoch: 1, url: "ws://r", token: "t", ice_servers: [] };

let far: FarEnd | null = null;

beforeEach(resetPage);
afterEach(() => {
  far?.close();
  far = null;
  Room.all = [];
});

/** A widget of an avatar in a room. */
function shown(session: Partial<SessionView> = {}) {
  const qualities = ["low", "medium", "high"] as const;
  return show({ player: "room", qualities, ...session });
}

function deliver(model: Model): void {
  Object.assign(globalThis, {
    heygenRooms: { CaptionView, Floating, SessionPlayer, TranscriptView, LIVEKIT },
  });
  const bytes = new DataView(new TextEncoder().encode(SOURCE).buffer);
  model.receive({ kind: "player", version: PLAYER_VERSION }, [bytes]);
}

/** A server that offers a connection. */
async function offering(): Promise<{ far: FarEnd; offer: KernelMessage }> {
  far = new FarEnd();
  const sdp = await far.offer();
  return { far, offer: { kind: "offer", epoch: 1, sdp, ice_servers: [], answered: false } };
}

/** Let a widget take up an offer; returns who made it, once there is a picture. */
async function meet(model: Model, root: HTMLElement, session: Partial<SessionView> = {}) {
  deliver(model);
  const { far, offer } = await offering();
  model.update({ epoch: 1, status: "pending" });
  model.receive(offer);
  await expect.poll(() => model.kinds("answer").length).toBe(1);
  far.signaling.answer(model.kinds("answer")[0]?.sdp ?? "");
  model.update({ status: "streaming", ...session });
  await expect.poll(() => root.dataset.playback).toBe("playing");
  await expect.poll(() => far.channel.readyState).toBe("open");
  return far;
}

/** A widget that is in the avatar's room. */
async function visiting(session: Partial<SessionView> = {}) {
  const widget = shown();
  return { ...widget, far: await meet(widget.model, widget.root, session) };
}

const video = (root: HTMLElement) => find<HTMLVideoElement>(root, "video");
const said = (root: HTMLElement) => find(root, ".hw-captions").textContent;
const card = (root: HTMLElement) => find(root, ".hw-title").textContent;
const soon = () => new Promise((resolve) => setTimeout(resolve, 200));

test("the kernel's invitation is followed, and the picture is live", async () => {
  const { model, root } = await visiting();
  expect(find(root, ".hw-status").textContent).toBe("Live");
  expect(video(root).parentElement).toBe(find(root, ".hw-screen"));
  expect(model.kinds("playback").at(-1)).toMatchObject({ state: "playing", transport: "direct" });
});

test("an invitation that is told again, or that came too early, is followed once", async () => {
  const { model } = shown();
  const { offer } = await offering();
  model.update({ epoch: 1, status: "pending" });
  model.receive(offer);
  deliver(model);
  await expect.poll(() => model.kinds("answer").length).toBe(1);
  model.receive({ ...offer, answered: true } as KernelMessage);
  await soon();
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

test("words are captioned while the kernel is busy, and once only when it has heard of them", async () => {
  const { far, model, root } = await visiting();
  far.tell({ type: "avatar_start_talking", task_id: "t" });
  for (const message of ["Hello ", "there"]) {
    far.tell({ type: "avatar_talking_message", task_id: "t", message });
  }
  await expect.poll(() => said(root)).toBe("Hello there");
  for (const [first, { message, position }] of model.kinds("talking").slice(1).entries()) {
    const words = [{ word: message, start: position, end: position }];
    model.receive({ kind: "words", epoch: 1, first, words });
  }
  far.tell({ type: "avatar_talking_message", task_id: "t", message: " now." });
  await expect.poll(() => said(root)).toBe("Hello there now.");
});

test("a page that is loaded again captions nothing that was heard before", async () => {
  const { model, root } = shown({ epoch: 1, status: "streaming", elapsed: 1 });
  const words = [{ word: "Before.", start: 0.9, end: 0.9 }];
  model.receive({ kind: "words", epoch: 1, first: 0, words });
  const far = await meet(model, root);
  await soon();
  expect(said(root)).toBe("");
  far.tell({ type: "avatar_start_talking", task_id: "t" });
  far.tell({ type: "avatar_talking_message", task_id: "t", message: "Now." });
  await expect.poll(() => said(root)).toMatch(/Now\.$/);
});

test("a page that comes late captions its words after those it is told of", async () => {
  const { far, model, root } = await visiting();
  const words = [{ word: "Before.", start: -9, end: -9 }];
  model.receive({ kind: "words", epoch: 1, first: 0, words });
  far.tell({ type: "avatar_start_talking", task_id: "t" });
  far.tell({ type: "avatar_talking_message", task_id: "t", message: "After." });
  await expect.poll(() => said(root)).toBe("After.");
  await userEvent.click(find(root, "[aria-label='Transcript']"));
  await expect.poll(() => find(root, ".hw-transcript").textContent).toContain("Before. After.");
});

test("all pages share the session's clock: what was said before is not said again", async () => {
  const { far, model, root } = await visiting({ elapsed: 60, running: true });
  const words = [{ word: "Long ago.", start: 30, end: 30 }];
  model.receive({ kind: "words", epoch: 1, first: 0, words });
  video(root).dispatchEvent(new Event("playing"));
  far.tell({ type: "avatar_talking_message", task_id: "t", message: "?" });
  await expect.poll(() => model.kinds("talking").length).toBe(1);
  expect(model.kinds("talking")[0]?.position).toBeGreaterThanOrEqual(60);
  expect(said(root)).toBe("");
});

test("what is said while the picture is paused is over when it goes on", async () => {
  const { far, model, root } = await visiting({ elapsed: 60, running: true });
  find(root, ".hw-screen").focus();
  await userEvent.keyboard(" ");
  far.tell({ type: "avatar_start_talking", task_id: "t" });
  far.tell({ type: "avatar_talking_message", task_id: "t", message: "Unheard." });
  await expect.poll(() => model.kinds("talking").length).toBe(2);
  expect(said(root)).toBe("");
  model.update({ elapsed: 70 });
  await userEvent.keyboard(" ");
  await expect.poll(() => root.dataset.playback).toBe("playing");
  expect(said(root)).toBe("");
});

test("when the session is over the picture stands still", async () => {
  const { model, root } = await visiting();
  model.update({ status: "cancelled" });
  expect(root.dataset.playback).toBe("ended");
  expect(video(root).paused).toBe(true);
});

test("a page that comes after the one that answered says that it cannot have the picture", async () => {
  const { model, root } = shown();
  deliver(model);
  const { offer } = await offering();
  model.update({ epoch: 1, status: "streaming" });
  model.receive({ ...offer, answered: true } as KernelMessage);
  await expect.poll(() => card(root)).toBe("This session is already shown in another page");
  expect(find(root, ".hw-hint").textContent).toContain("Press Stop");
  await soon();
  expect(model.kinds("answer")).toHaveLength(0);
  expect(find(root, ".hw-start").checkVisibility()).toBe(false);
});

test("a page whose answer came second says so too", async () => {
  const { model, root } = shown();
  deliver(model);
  const { offer } = await offering();
  model.update({ epoch: 1, status: "pending" });
  model.receive(offer);
  await expect.poll(() => model.kinds("answer").length).toBe(1);
  model.update({ status: "streaming" }); // by the answer of the other
  await expect.poll(() => card(root)).toBe("This session is already shown in another page");
});

test("a connection that cannot be made again is kept while there is no view", async () => {
  const host = new Host();
  host.model.session = { ...host.model.session, player: "room" };
  host.initialize();
  const { model } = host;
  const { root, close } = host.render();
  const far = await meet(model, root);
  close();
  await new Promise((resolve) => setTimeout(resolve, 1800)); // longer than a picture waits
  const again = host.render();
  await expect.poll(() => again.root.dataset.playback).toBe("playing");
  await expect.poll(() => video(again.root).paused).toBe(false);
  expect(model.kinds("answer")).toHaveLength(1);
  expect(far.channel.readyState).toBe("open");
});

/** A widget in a room that only notes what is done to it. */
async function inRoom() {
  const widget = shown();
  const { model } = widget;
  deliver(model);
  model.update({ epoch: 1, status: "pending" });
  model.receive(ROOM);
  await expect.poll(() => Room.all.length).toBe(1);
  model.update({ status: "streaming" });
  return widget;
}

/** A picture that moves, from nowhere. */
function film(): MediaStreamTrack {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const painting = setInterval(() => pen?.fillRect(Math.random() * 100, 0, 9, 9), 40);
  const [track] = canvas.captureStream(25).getVideoTracks();
  if (!track) throw new Error("no picture");
  track.addEventListener("ended", () => clearInterval(painting));
  return track;
}

const arrive = (room: Room | undefined) =>
  room?.emit("TrackSubscribed", { mediaStreamTrack: film() });

test("what another page has taken over can be brought back", async () => {
  const { root } = await inRoom();
  arrive(Room.all[0]);
  await expect.poll(() => root.dataset.playback).toBe("playing");
  Room.all[0]?.emit("Disconnected", 2);
  await expect.poll(() => card(root)).toBe("Playing in another page");
  await soon();
  expect(Room.all).toHaveLength(1);
  await userEvent.click(find(root, ".hw-start"));
  await expect.poll(() => Room.all.length).toBe(2);
  arrive(Room.all[1]);
  await expect.poll(() => root.dataset.playback).toBe("playing");
  expect(root.dataset.scene).toBe("live");
});

test("what the user has paused stays so when the line comes back", async () => {
  const { root } = await inRoom();
  arrive(Room.all[0]);
  await expect.poll(() => root.dataset.playback).toBe("playing");
  find(root, ".hw-screen").focus();
  await userEvent.keyboard(" ");
  expect(root.dataset.playback).toBe("paused");
  Room.all[0]?.emit("SignalReconnecting");
  expect(find(root, ".hw-status").textContent).toBe("Connection lost, reconnecting…");
  Room.all[0]?.emit("Reconnected");
  expect(root.dataset.playback).toBe("paused");
  Room.all[0]?.emit("Disconnected", undefined);
  await expect.poll(() => Room.all.length).toBe(2);
  arrive(Room.all[1]);
  await soon();
  expect(root.dataset.playback).toBe("paused");
  expect(video(root).paused).toBe(true);
  await userEvent.keyboard(" ");
  await expect.poll(() => root.dataset.playback).toBe("playing");
});

test("a room in which no picture comes is no picture, and what to do is told", async () => {
  const { root } = await inRoom();
  await expect.poll(() => card(root)).toBe("No picture or sound is arriving");
  arrive(Room.all[0]);
  await expect.poll(() => root.dataset.scene).toBe("live");
});

test("Interrupt silences the avatar; the session goes on", async () => {
  const { model, root } = shown({ epoch: 1, status: "streaming" });
  const interrupt = find<HTMLButtonElement>(root, "[title^='Stop speaking']");
  expect(interrupt.checkVisibility()).toBe(false); // it is silent
  model.update({ can_interrupt: true });
  await userEvent.click(interrupt);
  expect(model.kinds("interrupt")).toHaveLength(1);
  expect(model.kinds("stop")).toHaveLength(0);
  expect(interrupt.disabled).toBe(true);
  model.update({ can_interrupt: false });
  expect(interrupt.checkVisibility()).toBe(false);
});

test("another quality is asked for, and shown once the kernel has it", async () => {
  const { model, root } = shown({ epoch: 1, status: "streaming" });
  const quality = find<HTMLSelectElement>(root, ".hw-quality");
  const [auto] = quality.options;
  expect(quality.selectedOptions[0]?.textContent).toBe("Auto");
  expect(auto?.disabled).toBe(true);
  await userEvent.selectOptions(quality, "Low");
  expect(model.kinds("switch")).toEqual([{ kind: "switch", quality: "low" }]);
  model.update({ epoch: 2, status: "creating", quality: "low" });
  model.ack("switch");
  expect(quality.value).toBe("low");
  expect(auto?.hidden).toBe(true);
});

test("a stream has neither", () => {
  const { root } = show({ epoch: 1, status: "streaming" });
  expect(find(root, ".hw-quality").checkVisibility()).toBe(false);
  expect(find(root, "[title^='Stop speaking']").checkVisibility()).toBe(false);
});
