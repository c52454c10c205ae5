// The licences of all that is bundled into the front end, as one text that is shipped beside it.
//
// esbuild names the packages that it bundles; their source maps name those that they bundle in turn.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const LICENCE_FILE = /^(licen[cs]e|copying|notice|copyrightnotice)/i;
const COMMENT = /\/\*[\s\S]*?\*\/|(?:^[ \t]*\/\/.*\n)+/gm;
const RULE = `\n\n${"-".repeat(80)}\n\n`;

/** Return the notices of every package in the bundles that these metafiles describe. */
export function notices(metafiles) {
  const bundled = new Map(); // package -> the sources of it that were bundled
  for (const file of metafiles.flatMap((metafile) => Object.keys(metafile.inputs))) {
    if (packageOf(file) !== undefined) {
      const source = readFileSync(file, "utf8");
      add(bundled, packageOf(file), source);
      for (const [name, inner] of innerSources(file)) add(bundled, name, inner);
    }
  }
  const names = [...bundled.keys()].sort();
  const head = `heygen-widget's front end contains ${names.join(", ")}.`;
  return `${[head, ...names.map((name) => noticeOf(name, bundled.get(name)))].join(RULE)}\n`;
}

function packageOf(path) {
  return PACKAGE.exec(path)?.[1];
}

function add(bundled, name, source) {
  bundled.set(name, [...(bundled.get(name) ?? []), source]);
}

function innerSources(file) {
  if (!existsSync(`${file}.map`)) return [];
  const { sources, sourcesContent } = JSON.parse(readFileSync(`${file}.map`, "utf8"));
  return sources.flatMap((path, at) =>
    packageOf(path) === undefined ? [] : [[packageOf(path), sourcesContent?.[at] ?? ""]],
  );
}

function noticeOf(name, sources) {
  const folder = join("node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  // A package without a licence file, as @bufbuild/protobuf is, states it in its sources.
  const stated = texts.length > 0 ? texts : copyrightComments(sources);
  if (stated.length === 0) throw new Error(`No licence found for ${name}.`);
  return [`${name} ${about.version}, ${about.license}`, ...stated].join("\n\n");
}

function copyrightComments(sources) {
  const comments = sources.flatMap((source) => source.match(COMMENT) ?? []);
  return [
    ...new Set(comments.filter((text) => /copyright/i.test(text)).map((text) => text.trim())),
  ];
}
