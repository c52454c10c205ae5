// The page that plays a stream where the notebook cannot: see
// `heygen_widget/frontend/standalone_player.py`. Only looks on: it follows the session, and asks for
// nothing.

import { isLive, isOver, statusLine } from "./model/status.ts";
import { h } from "./page/dom.ts";
import type { PlaybackContext } from "./player/hls/player.ts";
import { readSession, type SessionView } from "./protocol.ts";

const LOOK_EVERY_MS = 1000;

let session: SessionView = readSession(null);
let playing = 0;

const said = h("p", { role: "status" });
const sound = h("button", { type: "button" }, "Turn sound on");

const context: PlaybackContext = {
  speakingAt: () => null,
  heardFirst: () => true,
  alive: () => !isOver(session),
  relayed: () => {
    throw new Error("This page fetches the stream itself.");
  },
  declineRelayed() {},
  refresh() {},
  recovered() {},
};
const address = new URL("player.js", import.meta.url).href;
const { default: Hls, Player }: typeof import("./player_bundle.ts") = await import(
  /* @vite-ignore */ address
);
const player = new Player(Hls, context, draw, new AbortController().signal);
sound.addEventListener("click", () => player.setMuted(false));
document.body.append(player.video, sound, said);

function draw(): void {
  const playback = session.epoch === 0 ? null : player.state;
  said.textContent = statusLine({ session, playback, recovering: player.recovering }).text;
  sound.hidden = !player.soundBlocked;
}

async function look(): Promise<void> {
  const answer = await fetch("session.json").catch(() => null);
  if (answer?.ok) follow(readSession(await answer.json()));
  else said.textContent = "The notebook's kernel has stopped.";
}

function follow(seen: SessionView): void {
  session = seen;
  const { epoch, hls_url } = seen;
  if (hls_url && epoch === playing) player.renew(hls_url);
  if (hls_url && epoch !== playing && isLive(seen)) {
    playing = epoch;
    player.load({ url: hls_url, fromStart: false, transport: "direct" });
  }
  if (seen.status === "cancelled" && epoch === playing) player.hush();
  draw();
}

setInterval(look, LOOK_EVERY_MS);
await look();
