import { afterEach, beforeEach, expect, test } from "vitest";
import { cdp, page, userEvent } from "vitest/browser";
import { find, resetPage, show } from "../model.ts";
import { floatingIn, frame, labNotebook, speakingIn } from "../notebook.ts";
import { forgetInstances } from "../stand_in.ts";
import { STATES } from "../states.ts";
import "../../src/panel/widget.css";

const FLOATING = ".heygen-floating";

beforeEach(async () => {
  resetPage();
  localStorage.clear();
  await page.viewport(1000, 800);
});
afterEach(forgetInstances);

const floats = () => expect.poll(() => frame() !== null);
const press = (name: string) => find(document, `${FLOATING} [aria-label="${name}"]`);
const settingOf = () => [frame()?.dataset.corner, frame()?.offsetWidth];

/** Wait until the browser has told everybody what is in sight. */
async function calm(): Promise<void> {
  await new Promise(requestAnimationFrame);
  await new Promise<void>((resolve) => {
    const observer = new IntersectionObserver(() => {
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body);
  });
  await new Promise(requestAnimationFrame);
}

const speaking = (pages = labNotebook()) => speakingIn(pages);
const floating = (pages = labNotebook()) => floatingIn(pages);

test("the picture floats while its view is out of sight, and comes home; it is one and never stops", async () => {
  const { root, scroller } = await speaking();
  const video = find<HTMLVideoElement>(root, "video");
  const stops: string[] = [];
  for (const event of ["pause", "emptied", "waiting"]) {
    video.addEventListener(event, () => stops.push(event));
  }
  for (let times = 0; times < 5; times += 1) {
    scroller.scrollTop = 2000;
    await floats().toBe(true);
    expect(frame()?.querySelector("video")).toBe(video);
    scroller.scrollTop = 0;
    await floats().toBe(false);
    expect(find(root, ".hw-screen video")).toBe(video);
  }
  expect(video.paused).toBe(false);
  expect(stops).toEqual([]);
});

test("it floats within its notebook, over what scrolls, and is hidden with it", async () => {
  const { panel, scroller } = await floating();
  const picture = frame()?.getBoundingClientRect() ?? new DOMRect();
  const room = scroller.getBoundingClientRect();
  expect(panel.contains(frame())).toBe(true);
  expect(picture.right).toBeLessThan(room.left + scroller.clientWidth);
  expect(picture.bottom).toBeLessThan(room.bottom);
  panel.hidden = true;
  expect(frame()?.checkVisibility()).toBe(false);
});

test("it shows what is being said, unless captions are off", async () => {
  const { root } = await floating();
  const captions = find(document, `${FLOATING} .hw-captions`);
  await expect.poll(() => captions.textContent).toContain("Whatever you send me");
  expect(captions.ariaHidden).toBe("true");
  find(root, '[aria-label="Captions"]').click();
  await expect.poll(() => captions.textContent).toBe("");
});

test("a cell that is run again out of sight leaves it floating; one that is cleared does not", async () => {
  const { host, cell, close } = await floating();
  const video = find<HTMLVideoElement>(document, `${FLOATING} video`);
  const paused = new Promise((resolve) => video.addEventListener("pause", resolve));
  close();
  const again = host.render(cell);
  await calm();
  expect(frame()?.contains(video)).toBe(true);
  expect(await Promise.race([paused, calm()])).toBeUndefined();
  again.close();
  await floats().toBe(false);
  await paused;
});

test("a session that ends takes it home", async () => {
  const { model } = await floating();
  model.update({ status: "cancelled", running: false, hls_url: null });
  await floats().toBe(false);
});

test("Back to the avatar scrolls to it and gives it the focus", async () => {
  const { root, scroller } = await floating();
  await userEvent.click(press("Back to the avatar"));
  await floats().toBe(false);
  expect(scroller.scrollTop).toBeLessThan(400);
  expect(document.activeElement).toBe(find(root, ".hw-screen"));
});

test("Back finds a cell that the notebook has hidden because it is far away", async () => {
  const pages = labNotebook();
  const { scroller, cell } = await floating(pages);
  // As JupyterLab does in its windowing mode "full".
  scroller.addEventListener("scroll", () => {
    cell.style.display = scroller.scrollTop > 300 ? "none" : "";
  });
  cell.style.display = "none";
  await userEvent.click(press("Back to the avatar"));
  await floats().toBe(false);
  expect(cell.checkVisibility()).toBe(true);
});

test("closed, it stays away until its view has been in sight; the focus returns to where it was", async () => {
  const { panel, scroller } = await floating();
  const before = find(panel, "button");
  before.focus();
  press("Close").focus();
  await userEvent.keyboard("{Enter}");
  await floats().toBe(false);
  expect(document.activeElement).toBe(before);
  scroller.scrollTop = 2500;
  await calm();
  expect(frame()).toBeNull();
  scroller.scrollTop = 0;
  await calm();
  scroller.scrollTop = 2000;
  await floats().toBe(true);
});

test("it takes the focus from nobody", async () => {
  const pages = labNotebook();
  const { scroller, panel } = await speaking(pages);
  const before = find(panel, "button");
  before.focus();
  scroller.scrollTop = 2000;
  await floats().toBe(true);
  expect(document.activeElement).toBe(before);
  scroller.scrollTop = 0;
  await floats().toBe(false);
  expect(document.activeElement).toBe(before);
});

test("the focus inside it goes home with the picture", async () => {
  const { root, scroller } = await floating();
  press("Move").focus();
  scroller.scrollTop = 0;
  await floats().toBe(false);
  expect(document.activeElement).toBe(find(root, ".hw-screen"));
});

test("floating=False keeps it at home, and so does the toggle in the panel", async () => {
  const pages = labNotebook();
  const widget = { ...show({ floating: false }, pages.cell), ...pages };
  await STATES.speaking?.(widget);
  const toggle = find(widget.root, '[aria-label="Keep in view while scrolling"]');
  expect(toggle.ariaPressed).toBe("false");
  widget.scroller.scrollTop = 2000;
  await calm();
  expect(frame()).toBeNull();
  toggle.click();
  await floats().toBe(true);
  expect(toggle.ariaPressed).toBe("true");
  toggle.click();
  await floats().toBe(false);
});

test("arrow keys and clicks move it to another corner, which is remembered", async () => {
  await floating();
  expect(settingOf()).toEqual(["bottom right", 280]);
  press("Move").focus();
  await userEvent.keyboard("{ArrowUp}{ArrowLeft}");
  expect(settingOf()).toEqual(["top left", 280]);
  expect(find(document, `${FLOATING} [role="status"]`).textContent).toBe("Top left");
  await userEvent.click(press("Move"));
  expect(settingOf()).toEqual(["top right", 280]);
  resetPage();
  await floating();
  expect(settingOf()).toEqual(["top right", 280]);
});

test("keys and clicks on the handle change its size, which is remembered", async () => {
  await floating();
  const size = press("Size");
  size.focus();
  await userEvent.keyboard("{ArrowUp}{ArrowRight}");
  expect(settingOf()).toEqual(["bottom right", 320]);
  expect([size.role, size.ariaValueNow, size.ariaValueText]).toEqual([
    "slider",
    "320",
    "320 pixels wide",
  ]);
  await userEvent.click(size);
  expect(settingOf()).toEqual(["bottom right", 400]);
  resetPage();
  await floating();
  expect(settingOf()).toEqual(["bottom right", 400]);
});

/** Drag with the mouse, by so many pixels from the middle of an element that rests. */
async function dragBy(element: Element, x: number, y: number): Promise<void> {
  await Promise.all(
    frame()
      ?.getAnimations()
      .map(({ finished }) => finished) ?? [],
  );
  const { left, top, width, height } = element.getBoundingClientRect();
  // The tests' page may be shown smaller than it is, in the frame of its runner.
  const outer = window.frameElement?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth);
  const scale = outer.width / innerWidth;
  const mouse = (type: string, part: number) =>
    cdp().send("Input.dispatchMouseEvent", {
      type,
      x: outer.left + scale * (left + width / 2 + part * x),
      y: outer.top + scale * (top + height / 2 + part * y),
      button: "left",
      clickCount: 1,
    } as never);
  await mouse("mousePressed", 0);
  for (const part of [0.3, 0.7, 1]) await mouse("mouseMoved", part);
  await mouse("mouseReleased", 1);
}

test("dragged, it goes to the nearest corner", async () => {
  await floating();
  await dragBy(find(document, `${FLOATING} .hw-picture`), -400, 10);
  await expect.poll(settingOf).toEqual(["bottom left", 280]);
  await dragBy(press("Move"), 20, -300);
  await expect.poll(settingOf).toEqual(["top left", 280]);
});

test("the handle makes it larger towards the middle, by as much as it is dragged", async () => {
  await floating();
  await dragBy(press("Size"), -100, -20);
  await expect.poll(settingOf).toEqual(["bottom right", 380]);
});

test("in a narrow and low window it takes no more than half, and leaves its buttons room", async () => {
  const pages = labNotebook(300);
  await floating(pages);
  press("Size").focus();
  await userEvent.keyboard("{End}");
  const { offsetWidth = 0, offsetHeight = 0 } = frame() ?? {};
  expect(offsetWidth).toBeLessThanOrEqual(300);
  pages.scroller.style.height = "200px";
  await expect.poll(() => frame()?.offsetHeight).toBeLessThan(offsetHeight);
  expect(frame()?.offsetHeight).toBeLessThanOrEqual(100);
  for (const button of document.querySelectorAll(`${FLOATING} button`)) {
    const { left, right } = button.getBoundingClientRect();
    const outer = frame()?.getBoundingClientRect() ?? new DOMRect();
    expect(left >= outer.left && right <= outer.right).toBe(true);
  }
});

test("only the avatar that spoke last floats", async () => {
  const pages = labNotebook();
  const first = await floating(pages);
  const second = { ...show({}, pages.cell), ...pages };
  await STATES.speaking?.(second);
  first.model.receive({
    kind: "words",
    epoch: 1,
    first: 0,
    words: [{ word: "Hi", start: 0, end: 0.1 }],
  });
  await expect.poll(() => document.querySelectorAll(FLOATING).length).toBe(1);
  await expect.poll(() => second.root.querySelector("video")).toBeNull();
  expect(first.root.querySelector("video")).not.toBeNull();
});

test("an output that is collapsed does not make it float", async () => {
  const { root } = await speaking();
  root.hidden = true;
  await calm();
  expect(frame()).toBeNull();
});

test("where outputs are in frames of their own, the panel points to picture in picture", async () => {
  document.body.classList.add("vscode-body");
  const { root, scroller } = await speaking();
  const notice = find(root, ".hw-notice");
  expect(notice.textContent).toBe("");
  scroller.scrollTop = 2000;
  await expect
    .poll(() => notice.textContent)
    .toContain("Picture in picture keeps the avatar in view");
  expect(frame()).toBeNull();
  expect(find(root, '[aria-label="Keep in view while scrolling"]').hidden).toBe(true);
  document.body.classList.remove("vscode-body");
});

test("keys pressed in it stay there", async () => {
  await floating();
  const heard: string[] = [];
  const listener = ({ key }: KeyboardEvent) => heard.push(key);
  document.addEventListener("keydown", listener);
  for (const name of ["Back to the avatar", "Move", "Close", "Size"]) {
    press(name).focus();
    await userEvent.keyboard("abx{Control>}s{/Control}");
  }
  document.removeEventListener("keydown", listener);
  expect(new Set(heard)).toEqual(new Set(["Control", "s"]));
});

test("it appears at once for those who want less motion", async () => {
  const motion = (value: string) => ({ features: [{ name: "prefers-reduced-motion", value }] });
  await cdp().send("Emulation.setEmulatedMedia", motion("reduce") as never);
  await floating();
  press("Move").click();
  expect(frame()?.getAnimations()).toEqual([]);
  await cdp().send("Emulation.setEmulatedMedia", motion("") as never);
  press("Move").click();
  expect(frame()?.getAnimations().length).toBeGreaterThan(0);
});
