import { expect, test } from "vitest";

const sources = import.meta.glob("../src/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
}) as Record<string, string>;

/** What the modules of each folder may import beside their own; the root may import everything. */
const ARROWS: Record<string, string[]> = {
  account: [],
  page: ["protocol.ts"],
  model: ["page", "protocol.ts"],
  present: ["model", "page", "protocol.ts"],
  floating: ["model", "page", "panel", "protocol.ts"],
  panel: ["model", "page", "protocol.ts"],
  "player/hls": ["model", "page", "protocol.ts"],
  "player/webrtc": ["model", "page", "protocol.ts"],
};

const folderOf = (path: string) => path.split("/").slice(0, -1).join("/");

/** Paths within `src` of all that a module imports of the front end. */
function imports(path: string, source: string): string[] {
  return [...source.matchAll(/(?:from |import\()"(\.[^"]+\.ts)"/g)].map(([, name]) =>
    new URL(name ?? "", `http://src/${path}`).pathname.slice(1),
  );
}

test.each(
  Object.entries(sources).map(([file, source]) => [file.replace("../src/", ""), source] as const),
)("%s imports only from the folders below its own", (path, source) => {
  const folder = folderOf(path);
  const arrows = folder ? [...(ARROWS[folder] ?? []), folder] : path === "protocol.ts" ? [] : null;
  const upward = imports(path, source).filter(
    (name) => arrows && !arrows.includes(folderOf(name)) && !arrows.includes(name),
  );
  expect(upward).toEqual([]);
});
