import { beforeEach, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import { find, Host, resetPage, show } from "../model.ts";
import "../../src/panel/widget.css";

beforeEach(resetPage);

const box = (root: HTMLElement) => find<HTMLTextAreaElement>(root, "textarea");

test("Up and Down walk through what was sent, and back to what was being typed", async () => {
  const { root } = show();
  await userEvent.type(box(root), "one{Enter}two{Enter}{Enter}");
  await userEvent.type(box(root), "a draft");
  box(root).setSelectionRange(0, 0);
  const seen: string[] = [];
  for (const key of ["Up", "Up", "Up", "Down", "Down", "Down"]) {
    await userEvent.keyboard(`{Arrow${key}}`);
    seen.push(box(root).value);
  }
  expect(seen).toEqual(["two", "one", "one", "two", "a draft", "a draft"]);
});

test("an arrow inside a text moves the caret, not the text", async () => {
  const { root } = show();
  await userEvent.type(box(root), "sent{Enter}");
  await userEvent.type(box(root), "first{Shift>}{Enter}{/Shift}second");
  await userEvent.keyboard("{ArrowUp}");
  expect(box(root).value).toBe("first\nsecond");
});

test("what was recalled and changed is a draft of its own", async () => {
  const { root } = show();
  await userEvent.type(box(root), "one{Enter}two{Enter}");
  await userEvent.keyboard("{ArrowUp}{ArrowUp}!");
  expect(box(root).value).toBe("one!");
  await userEvent.keyboard("{ArrowUp}");
  expect(box(root).value).toBe("one!");
});

test("Escape empties the box, and Up brings the text back", async () => {
  const { root, model } = show();
  await userEvent.type(box(root), "never mind{Escape}");
  expect(box(root).value).toBe("");
  await userEvent.keyboard("{ArrowUp}");
  expect(box(root).value).toBe("never mind");
  expect(model.kinds("speak")).toEqual([]);
});

test("a new view of the avatar knows what was sent from the older one", async () => {
  const host = new Host();
  host.initialize();
  const first = host.render();
  await userEvent.type(box(first.root), "from the first{Enter}");
  first.close();
  const second = host.render();
  await userEvent.type(box(second.root), "{ArrowUp}");
  expect(box(second.root).value).toBe("from the first");
});
