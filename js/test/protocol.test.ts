import { expect, test } from "vitest";
import version from "../../heygen_widget/_version.py?raw";
import python from "../../heygen_widget/frontend/protocol.py?raw";
import {
  IDLE,
  MAX_TEXT_LENGTH,
  PLAYER_VERSION,
  readKernelMessage,
  readSession,
} from "../src/protocol.ts";

test("both ends know the same limits and the same version of the player, which is the one built", () => {
  expect(python).toContain(`PLAYER_VERSION = "${PLAYER_VERSION}"`);
  expect(version).toContain(`__version__ = "${PLAYER_VERSION}"`);
  const limit = /text: str = Field\(max_length=([\d_]+)\)/.exec(python)?.[1];
  expect(Number(limit?.replaceAll("_", ""))).toBe(MAX_TEXT_LENGTH);
});

test.each([null, undefined, "words", {}, { kind: 1 }])("%j is not a message", (content) => {
  expect(readKernelMessage(content)).toBeNull();
});

test("a trait that is not there yet reads as idle", () => {
  expect(readSession(undefined)).toEqual(IDLE);
  expect(readSession({ status: "pending" })).toEqual({ ...IDLE, status: "pending" });
});
