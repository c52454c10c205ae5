import { expect, test } from "vitest";
import version from "../../heygen_widget/_version.py?raw";
import python from "../../heygen_widget/frontend/protocol.py?raw";
import { describePage } from "../src/page/page_info.ts";
import {
  BROWSER_MESSAGES,
  IDLE,
  KERNEL_MESSAGES,
  MAX_TEXT_LENGTH,
  PLAYER_VERSION,
  readKernelMessage,
  readSession,
} from "../src/protocol.ts";

/** Fields of each class of protocol.py, in order, with a message's kind apart. */
function classes(): Map<string, { kind: string | undefined; fields: string[] }> {
  const found = new Map<string, { kind: string | undefined; fields: string[] }>();
  for (const block of python.split(/^class /m).slice(1)) {
    const name = /^\w+/.exec(block)?.[0] ?? "";
    const fields = [...block.matchAll(/^ {4}(\w+): /gm)].map(([, field]) => field ?? "");
    const kind = /kind: Literal\["(\w+)"\]/.exec(block)?.[1];
    found.set(name, { kind, fields: fields.filter((field) => field !== "kind") });
  }
  return found;
}

test("both ends know the same messages with the same fields", () => {
  const messages = [...classes().values()].flatMap(({ kind, fields }) =>
    kind ? [[kind, fields]] : [],
  );
  expect({ ...KERNEL_MESSAGES, ...BROWSER_MESSAGES }).toEqual(Object.fromEntries(messages));
});

test("both ends know the same session", () => {
  expect(Object.keys(IDLE)).toEqual(classes().get("SessionView")?.fields);
});

test("both ends know the same of a page", () => {
  expect(Object.keys(describePage())).toEqual(classes().get("PageReport")?.fields);
});

test("both ends know the same limits and the same version of the player, which is the one built", () => {
  expect(python).toContain(`PLAYER_VERSION = "${PLAYER_VERSION}"`);
  expect(version).toContain(`__version__ = "${PLAYER_VERSION}"`);
  const limit = /text: str = Field\(max_length=([\d_]+)\)/.exec(python)?.[1];
  expect(Number(limit?.replaceAll("_", ""))).toBe(MAX_TEXT_LENGTH);
});

test.each([
  null,
  "words",
  { kind: "toString" },
  { kind: "of a later version" },
  { kind: "words", epoch: 1 },
])("what is not a message is not read: %j", (content) => {
  expect(readKernelMessage(content)).toBeNull();
});

test("a trait that is not there yet reads as idle", () => {
  expect(readSession(undefined)).toEqual(IDLE);
  expect(readSession({ status: "pending" })).toEqual({ ...IDLE, status: "pending" });
});
