import { afterEach, beforeEach, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { find, resetPage, show } from "../model.ts";
import { forgetInstances } from "../stand_in.ts";
import { STATES } from "../states.ts";
import "../../src/panel/widget.css";

beforeEach(resetPage);
afterEach(forgetInstances);

/** A widget whose avatar speaks. */
async function speaking() {
  const widget = show();
  await STATES.speaking?.(widget);
  const { root } = widget;
  return { ...widget, video: find<HTMLVideoElement>(root, "video"), screen: screen(root) };
}

const screen = (root: HTMLElement) => find(root, ".hw-screen");
const control = (root: HTMLElement, name: string) =>
  find<HTMLButtonElement>(root, `[aria-label="${name}"]`);

test("with the focus on the player, space pauses and plays, M mutes, C is for captions", async () => {
  const { root, video, screen } = await speaking();
  screen.focus();
  await userEvent.keyboard("m");
  expect(video.muted).toBe(true);
  await userEvent.keyboard("M");
  expect(video.muted).toBe(false);
  await userEvent.keyboard(" ");
  expect(video.paused).toBe(true);
  expect(find(root, ".hw-status").textContent).toBe("Live, paused here");
  await userEvent.keyboard(" ");
  await expect.poll(() => video.paused).toBe(false);
  expect(find(root, ".hw-captions").textContent).not.toBe("");
  await userEvent.keyboard("c");
  expect(find(root, ".hw-captions").textContent).toBe("");
  expect(control(root, "Captions").ariaPressed).toBe("false");
});

test("F is full screen, and Escape or F leaves it", async () => {
  const { root, screen } = await speaking();
  screen.focus();
  await userEvent.keyboard("f");
  await expect.poll(() => root.querySelector('[aria-label="Leave full screen"]')).toBeTruthy();
  expect(root.matches(":fullscreen")).toBe(true);
  expect(control(root, "Leave full screen").checkVisibility()).toBe(true);
  await userEvent.keyboard("f");
  await expect.poll(() => root.matches(":fullscreen")).toBe(false);
});

test("the player's keys are letters in the text box, and Ctrl and repeats are not theirs", async () => {
  const { root, video, screen } = await speaking();
  const box = find<HTMLTextAreaElement>(root, "textarea");
  await userEvent.type(box, "mc f");
  expect(box.value).toBe("mc f");
  screen.focus();
  await userEvent.keyboard("{Control>}m{/Control}");
  const held = { key: "m", repeat: true, bubbles: true };
  screen.dispatchEvent(new KeyboardEvent("keydown", held));
  expect(video.muted).toBe(false);
});

test("every control is reached by Tab, in the order in which it is seen, with a visible ring", async () => {
  const { root, screen } = await speaking();
  control(root, "Transcript").click();
  screen.focus();
  const names: string[] = [];
  for (let steps = 0; steps < 20 && root.contains(document.activeElement); steps += 1) {
    const at = document.activeElement as HTMLElement;
    names.push(at.ariaLabel || at.textContent || "");
    const ringed = at.matches("textarea") ? (at.parentElement as HTMLElement) : at;
    expect(getComputedStyle(ringed).outlineStyle, names.at(-1)).not.toBe("none");
    await userEvent.keyboard("{Tab}");
  }
  expect(names).toEqual([
    "Player",
    "Mute",
    "Volume",
    "Captions",
    "Transcript",
    "Keep in view while scrolling",
    "Picture in picture",
    "Full screen",
    "Transcript",
    "Text for the avatar to speak",
    "Finish",
    "Stop",
  ]);
});

test("the volume follows its slider, and moving it turns sound on", async () => {
  const { root, video } = await speaking();
  control(root, "Mute").click();
  const slider = find<HTMLInputElement>(root, ".hw-volume");
  expect(slider.value).toBe("0");
  slider.focus();
  await userEvent.keyboard("{ArrowRight}{ArrowRight}");
  await expect.poll(() => video.volume).toBeCloseTo(0.1);
  expect(video.muted).toBe(false);
});

test("finished lines go into the log, which readers speak only while the sound is off", async () => {
  const { root, model, video } = await speaking();
  const log = find(root, '[role="log"]');
  const after = (text: string, first: number) => {
    const start = video.currentTime - 0.1;
    const words = [
      { word: "here.", start: start - 9, end: start - 8 },
      { word: text, start, end: start + 30 },
    ];
    model.receive({ kind: "words", epoch: 1, first: first - 1, words });
  };
  const shown = () => find(root, ".hw-captions").textContent;
  await expect.poll(shown).toContain("from");
  after("Next.", 10);
  await expect.poll(() => log.textContent).toContain("Whatever you send me from");
  expect(log.ariaLive).toBe("off");
  control(root, "Mute").click();
  after("Last.", 12);
  await expect.poll(() => log.textContent).toContain("Next.");
  expect(log.ariaLive).toBe("polite");
});

test("of two views only the one with the picture logs what is said", async () => {
  const { root, host, model, video } = await speaking();
  const newer = host.render().root;
  await expect.poll(() => newer.querySelector("video")).toBe(video);
  const log = (view: HTMLElement) => find(view, '[role="log"]').textContent;
  await expect.poll(() => find(newer, ".hw-captions").textContent).toContain("from");
  const start = video.currentTime - 0.1;
  const words = [
    { word: "here.", start: start - 9, end: start - 8 },
    { word: "Next.", start, end: start + 30 },
  ];
  model.receive({ kind: "words", epoch: 1, first: 9, words });
  await expect.poll(() => log(newer)).toContain("Whatever you send me from");
  expect(log(root)).not.toContain("Whatever you send me from");
});

test("a reader is told once what will end the session, not each second", async () => {
  const widget = show();
  await STATES["cost limit near"]?.(widget);
  const { root } = widget;
  const said = new Set<string | null>();
  const warning = find(root, '.hw-bar .hw-hidden[role="status"]');
  const seen = find(root, ".hw-left").textContent;
  await expect
    .poll(() => {
      said.add(warning.textContent);
      return find(root, ".hw-left").textContent;
    })
    .not.toBe(seen);
  expect([...said]).toEqual(["Ends soon: cost limit"]);
});

test("what is in picture in picture can be brought back, in a shadow tree too", async () => {
  const { root, video } = await speaking();
  const host = document.createElement("div");
  document.body.append(host);
  host.attachShadow({ mode: "open" }).append(root.parentElement as HTMLElement);
  await video.play();
  await userEvent.click(control(root, "Picture in picture"));
  await expect
    .poll(() => root.querySelector('[aria-label="Leave picture in picture"]'))
    .toBeTruthy();
  await userEvent.click(control(root, "Leave picture in picture"));
  await expect.poll(() => document.pictureInPictureElement).toBeNull();
  expect(control(root, "Picture in picture").checkVisibility()).toBe(true);
});

test.each([
  ["Picture in picture", "requestPictureInPicture"],
  ["Full screen", "requestFullscreen"],
])("%s that the browser refuses is said to be refused", async (name, request) => {
  const { root } = await speaking();
  const refuse = () => Promise.reject(new DOMException("Not in this frame.", "NotAllowedError"));
  const target = name === "Full screen" ? root : find(root, "video");
  Object.defineProperty(target, request, { value: refuse });
  await userEvent.click(control(root, name));
  await expect.poll(() => find(root, ".hw-problem").textContent).toContain("Not in this frame.");
  expect(root.querySelector(".hw-problem .hw-plain")).toBeNull();
});

test("where a frame may not have the full screen, none is offered", async () => {
  Object.defineProperty(document, "fullscreenEnabled", { value: false, configurable: true });
  const { root } = await speaking();
  expect(control(root, "Full screen").checkVisibility()).toBe(false);
  delete (document as { fullscreenEnabled?: boolean }).fullscreenEnabled;
});
