import { afterEach, beforeEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { MAX_TEXT_LENGTH } from "../../src/protocol.ts";
import { find, Host, resetPage, show } from "../model.ts";
import { forgetInstances } from "../stand_in.ts";
import { STATES } from "../states.ts";
import "../../src/panel/widget.css";

beforeEach(resetPage);
afterEach(forgetInstances);

const box = (root: HTMLElement) => find<HTMLTextAreaElement>(root, "textarea");
const FOCUSABLE = "textarea, button:enabled, input:enabled, a, [tabindex]";
const MARKUP = `<img src=x onerror="document.title='hacked'"><b>bold</b>`;

test("Enter sends the text and empties the box, which keeps the focus", async () => {
  const { root, model } = show();
  await userEvent.type(box(root), "Hello{Enter}");
  expect(model.kinds("speak")).toEqual([{ kind: "speak", text: "Hello" }]);
  expect(box(root).value).toBe("");
  expect(document.activeElement).toBe(box(root));
});

test("Shift+Enter breaks the line and does not send; the box grows, up to a point", async () => {
  const { root, model } = show();
  const low = box(root).offsetHeight;
  await userEvent.type(box(root), "a{Shift>}{Enter}{/Shift}b");
  expect(box(root).value).toBe("a\nb");
  expect(box(root).offsetHeight).toBeGreaterThan(low);
  await userEvent.fill(box(root), "line\n".repeat(50));
  expect(box(root).offsetHeight).toBeLessThan(4 * low);
  expect(model.kinds("speak")).toEqual([]);
});

test.each([
  { isComposing: true, keyCode: 13 },
  { isComposing: false, keyCode: 229 },
])("Enter that ends a composition does not send: %j", (composition) => {
  const { root, model } = show();
  box(root).value = "にほん";
  const enter = { key: "Enter", bubbles: true, cancelable: true, ...composition };
  box(root).dispatchEvent(new KeyboardEvent("keydown", enter));
  expect(model.kinds("speak")).toEqual([]);
  expect(box(root).value).toBe("にほん");
});

test("blank text is not sent, and text beyond the limit cannot be typed", async () => {
  const { root, model } = show();
  await userEvent.type(box(root), "  {Enter}");
  expect(model.kinds("speak")).toEqual([]);
  expect(find<HTMLButtonElement>(root, ".hw-send").disabled).toBe(true);
  expect(box(root).maxLength).toBe(MAX_TEXT_LENGTH);
});

test("keys pressed anywhere in the widget stay there; those with Ctrl or Cmd go on", async () => {
  const { root } = show({ status: "streaming", epoch: 1 });
  const heard: string[] = [];
  const listener = (event: KeyboardEvent) => {
    const suppressed = event
      .composedPath()
      .some((node) => (node as Element).hasAttribute?.("data-lm-suppress-shortcuts"));
    heard.push(suppressed ? `${event.key} suppressed` : event.key);
  };
  document.addEventListener("keydown", listener);
  for (const element of root.querySelectorAll<HTMLElement>(FOCUSABLE)) {
    if (!element.checkVisibility()) continue;
    element.focus();
    await userEvent.keyboard("bx{Escape}{Control>}s{/Control}");
    expect(element.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
  }
  document.removeEventListener("keydown", listener);
  expect(new Set(heard)).toEqual(new Set(["Control", "s"]));
});

test("every control that can have the focus keeps JupyterLab's shortcuts away by itself too", () => {
  const { root } = show();
  for (const element of root.querySelectorAll(FOCUSABLE)) {
    expect(element.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
  }
});

test("every button has a name", () => {
  const { root } = show();
  for (const button of root.querySelectorAll("button")) {
    expect(button.ariaLabel || button.textContent).not.toBe("");
  }
});

test("text from anywhere is shown as text, never as markup", async () => {
  const widget = show();
  const { root, model } = widget;
  await STATES.live?.(widget);
  find(root, '[aria-label="Transcript"]').click();
  const images = root.querySelectorAll("img, b").length;
  model.receive({ kind: "speech", epoch: 1, id: 1, text: MARKUP, status: "queued", first: 0 });
  expect(find(root, ".hw-transcript [dir]").textContent).toBe(MARKUP);
  const words = [{ word: MARKUP, start: 0, end: 99 }];
  model.receive({ kind: "words", epoch: 1, first: 0, words });
  await expect.poll(() => find(root, ".hw-captions").textContent).toBe(MARKUP);
  model.receive({ kind: "problem", problem: { title: MARKUP, hint: MARKUP, request_id: MARKUP } });
  expect(find(root, ".hw-problem").textContent).toContain(MARKUP);
  model.update({ status: MARKUP });
  expect(find(root, ".hw-status").textContent).toBe(MARKUP);
  const error = { title: MARKUP, hint: MARKUP, request_id: MARKUP };
  model.update({ status: "error", error });
  expect(find(root, ".hw-words").textContent).toContain(MARKUP);
  expect(root.querySelectorAll("img, b").length).toBe(images);
  expect(document.title).not.toBe("hacked");
});

test("a problem is shown in place with what to do and the request, until dismissed", async () => {
  const { root, model } = show();
  const problem = { title: "Too much text", hint: "Send less.", request_id: "req_1" };
  model.receive({ kind: "problem", problem });
  const text = find(root, ".hw-problem").textContent;
  expect(text).toContain("Too much text");
  expect(text).toContain("Send less.");
  expect(text).toContain("req_1");
  await userEvent.click(find(root, ".hw-problem button"));
  expect(find(root, ".hw-problem").textContent).toBe("");
});

test("a session's error stands in the picture's place, and Retry says the text again", async () => {
  const { root, model } = show();
  model.hears = true;
  await userEvent.type(box(root), "Hello there{Enter}");
  const error = { title: "No credits", hint: "Buy some.", request_id: "req_2" };
  model.update({ epoch: 1, status: "error", error });
  const alert = find(root, '.hw-screen [role="alert"]');
  for (const text of ["No credits", "Buy some.", "req_2"])
    expect(alert.textContent).toContain(text);
  expect(find(root, ".hw-status").textContent).toBe("Error");
  await userEvent.click(find(root, ".hw-start"));
  const text = "Hello there";
  expect(model.kinds("speak")).toEqual([
    { kind: "speak", text },
    { kind: "speak", text },
  ]);
});

test("a text that was refused can be sent again from where it says so, as the same one", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.type(box(root), "Hello{Enter}");
  model.ack("speak", { title: "Too much text", hint: "", request_id: null });
  await userEvent.click(find(root, ".hw-problem .hw-plain"));
  const [first, again, ...more] = model.sent.filter(({ kind }) => kind === "speak");
  expect(again).toEqual(first);
  expect(more).toEqual([]);
  expect(find(root, ".hw-problem").textContent).toBe("");
});

test("what another page was refused is not shown here, and offers no Retry", async () => {
  const mine = show({ epoch: 1, status: "streaming" });
  const other = show({ epoch: 1, status: "streaming" });
  await userEvent.type(box(mine.root), "Mine{Enter}");
  await userEvent.type(box(other.root), "Other's{Enter}");
  const id = other.model.sent.at(-1)?.id ?? "";
  const problem = { title: "Too much text", hint: "", request_id: null };
  for (const { model } of [mine, other]) model.receive({ kind: "ack", id, problem });
  expect(find(mine.root, ".hw-problem").textContent).toBe("");
  expect(find(other.root, ".hw-problem").textContent).toContain("Too much text");
  mine.model.ack("speak");
  expect(find(mine.root, ".hw-problem").textContent).toBe("");
});

test("when a session fails, a text that may yet arrive is not offered again", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.type(box(root), "Hello{Enter}");
  await userEvent.click(find(root, "[title^='Accept no more']"));
  const error = { title: "No credits", hint: "", request_id: null };
  model.update({ status: "error", error });
  expect(find<HTMLButtonElement>(root, ".hw-start").disabled).toBe(true);
  model.ack("speak");
  expect(find<HTMLButtonElement>(root, ".hw-start").disabled).toBe(false);
});

test("a text that the kernel has taken is not offered again when something fails later", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.type(box(root), "Hello{Enter}");
  model.ack("speak");
  const problem = { title: "An observer failed", hint: "", request_id: null };
  model.receive({ kind: "problem", problem });
  expect(find(root, ".hw-problem").textContent).toContain("An observer failed");
  expect(root.querySelector(".hw-problem .hw-plain")).toBeNull();
});

test("nor when that fails before the kernel has taken it", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.type(box(root), "Hello{Enter}");
  const problem = { title: "An observer failed", hint: "", request_id: null };
  model.receive({ kind: "problem", problem });
  expect(find(root, ".hw-problem").textContent).toContain("An observer failed");
  expect(root.querySelector(".hw-problem .hw-plain")).toBeNull();
  model.ack("speak");
  expect(root.querySelector(".hw-problem .hw-plain")).toBeNull();
});

test("what the kernel could not do by itself offers no Retry", () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  const problem = { title: "An observer failed", hint: "", request_id: null };
  model.receive({ kind: "problem", problem });
  expect(root.querySelector(".hw-problem .hw-plain")).toBeNull();
});

test("texts that a kernel had not heard when it went stand in the box again", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.type(box(root), "Heard{Enter}");
  model.ack("speak");
  for (const text of ["Typed into the restart", "And on"])
    await userEvent.type(box(root), `${text}{Enter}`);
  model.send = () => {
    throw new Error("The comm is closed.");
  };
  await userEvent.click(find(root, "[title^='Accept no more']"));
  expect(root.dataset.scene).toBe("gone");
  expect(box(root).value).toBe("Typed into the restart\nAnd on");
  expect([box(root).readOnly, box(root).disabled]).toEqual([true, false]);
});

test("Say hello says hello, once", async () => {
  const { root, model } = show();
  await userEvent.click(find(root, ".hw-start"));
  expect(model.kinds("speak")).toEqual([{ kind: "speak", text: "Hello!" }]);
  expect(find<HTMLButtonElement>(root, ".hw-start").disabled).toBe(true);
});

test.each([
  ["idle", []],
  ["creating", ["Finish", "Stop"]],
  ["pending", ["Finish", "Stop"]],
  ["streaming", ["Finish", "Stop"]],
  ["draining", ["Stop"]],
  ["completed", []],
  ["cancelled", []],
  ["error", []],
])("in state %s, these end the session: %j", (status, names) => {
  const { root } = show({ epoch: 1, status });
  const buttons = [...root.querySelectorAll<HTMLElement>(".hw-form .hw-plain")];
  const visible = buttons.filter((button) => button.checkVisibility());
  expect(visible.map((button) => button.textContent)).toEqual(names);
});

test("Finish accepts no more text; Stop ends now", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.click(find(root, "[title^='Accept no more']"));
  expect(model.kinds("finish")).toHaveLength(1);
  expect(model.kinds("stop")).toHaveLength(0);
});

test("when the button with the focus goes away, the text box has it, not the notebook", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.click(find(root, ".hw-stop"));
  model.update({ status: "cancelled" });
  expect(document.activeElement).toBe(box(root));
});

test("Speak again offers the last text, selected, and sends nothing by itself", async () => {
  const { root, model } = show();
  model.hears = true;
  await userEvent.type(box(root), "Hello there{Enter}");
  model.update({ epoch: 1, status: "completed", end_reason: "idle_timeout" });
  await userEvent.click(find(root, ".hw-start"));
  expect(model.kinds("speak")).toHaveLength(1);
  expect(document.activeElement).toBe(box(root));
  expect(box(root).value.slice(box(root).selectionStart, box(root).selectionEnd)).toBe(
    "Hello there",
  );
  await userEvent.keyboard("{Enter}");
  expect(model.kinds("speak")).toHaveLength(2);
});

test("Stop says that it is stopping until the kernel says that it has", async () => {
  const { root, model } = show({ epoch: 1, status: "pending" });
  await userEvent.click(find(root, ".hw-stop"));
  expect(model.kinds("stop")).toHaveLength(1);
  expect(find(root, ".hw-stop").textContent).toBe("Stopping…");
  model.update({ status: "cancelled" });
  expect(find(root, ".hw-stop").textContent).toBe("Stop");
  expect(find(root, ".hw-status").textContent).toBe("Stopped");
});

test("a request that the kernel does not hear is said to wait, whatever else comes, until it does", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  await userEvent.type(box(root), "Hello{Enter}");
  const notice = find(root, ".hw-notice");
  await expect.poll(() => notice.textContent).toContain("While a cell runs");
  const text = "Of the cell that runs";
  model.receive({ kind: "speech", epoch: 1, id: 0, text, status: "queued", first: 0 });
  model.update({ elapsed: 9 });
  expect(notice.textContent).toContain("While a cell runs");
  model.ack("speak");
  expect(notice.textContent).toBe("");
});

test("Stop and Finish wait for what they ask for, not for whatever the kernel says first", async () => {
  const { root, model } = show({ epoch: 1, status: "streaming" });
  const [, finish, stop] = root.querySelectorAll<HTMLButtonElement>(".hw-form .hw-plain");
  const other = () => {
    model.receive({ kind: "speech", epoch: 1, id: 0, text: "One.", status: "spoken", first: 0 });
    model.update({ elapsed: 9 });
  };
  await userEvent.click(finish ?? root);
  other();
  model.ack("finish");
  expect(finish?.disabled).toBe(true);
  model.update({ status: "draining" });
  await userEvent.click(find(root, ".hw-stop"));
  other();
  model.ack("stop");
  expect(stop?.textContent).toBe("Stopping…");
  model.update({ status: "cancelled" });
  expect(stop?.textContent).toBe("Stop");
});

test("after an end the box stays, and sending opens a new session", async () => {
  const { root, model } = show({ epoch: 1, status: "completed", end_reason: "final_marker" });
  await userEvent.type(box(root), "Once more{Enter}");
  expect(model.kinds("speak")).toHaveLength(1);
});

test("a late view shows the state, the meter and the badge; a narrow one no badge", async () => {
  await page.viewport(1000, 800);
  const session = { epoch: 2, status: "pending", rehearsal: true, elapsed: 12, running: true };
  const host = new Host();
  Object.assign(host.model.session, session, { price_per_second: 0.05 });
  host.initialize();
  host.render();
  const { root } = host.render();
  expect(root.dataset).toMatchObject({ status: "pending", playback: "none", epoch: "2" });
  expect(find(root, ".hw-status").textContent).toBe("Waiting for the avatar");
  expect(find(root, ".hw-meter").textContent).toBe("0:12 · would cost ≈ $0.60");
  expect(find(root, ".hw-badge").checkVisibility()).toBe(true);
  await page.viewport(440, 800);
  expect(find(root, ".hw-badge").checkVisibility()).toBe(false);
});

test("without rehearsal there is no badge, and the cost is an estimate", () => {
  const { root } = show({ epoch: 1, status: "cancelled", elapsed: 12, price_per_second: 0.05 });
  expect(find(root, ".hw-badge").checkVisibility()).toBe(false);
  expect(find(root, ".hw-meter").textContent).toBe("0:12 · ≈ $0.60");
});

test.each([[], ["low", "medium", "high"] as const])(
  "nothing overflows at 320 px, with qualities to choose from or none",
  (...qualities) => {
    const session = { epoch: 1, status: "pending", rehearsal: true, elapsed: 3599 } as const;
    const { root } = show({ ...session, can_interrupt: true, qualities });
    (root.parentElement as HTMLElement).style.width = "320px";
    expect(root.offsetWidth).toBe(320);
    const right = root.getBoundingClientRect().right;
    for (const element of root.querySelectorAll("*")) {
      expect(element.getBoundingClientRect().right, element.className).toBeLessThanOrEqual(right);
    }
  },
);

test("panels in a row of widgets share its width", () => {
  const panels = [show().root, show().root];
  const row = document.createElement("div");
  row.style.cssText = "display: flex; width: 800px";
  row.append(...panels.map((root) => root.parentElement as HTMLElement));
  document.body.append(row);
  expect(panels.map((root) => root.offsetWidth)).toEqual([400, 400]);
});
