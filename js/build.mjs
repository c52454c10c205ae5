// Builds the front end into the Python package: the widget's module and style sheet; two players, one
// with hls.js in it and one with livekit-client, of which the kernel hands to each page those that it
// needs, once; what shows figures and cues, likewise; the scripts of a figure's frame, of a saved talk,
// of a speech file and of the page that plays where a notebook cannot; and the notices of what they contain. `--watch`
// rebuilds at each change.

import { writeFileSync } from "node:fs";
import { context } from "esbuild";
import { notices } from "./notices.mjs";

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "inline",
  logLevel: "info",
  metafile: true,
};
/** What is drawn by a module that a page gets once brings its style sheet along. */
const styled = { loader: { ".css": "text" } };
const folder = "../heygen_widget/static";

const builds = await Promise.all([
  context({
    ...common,
    ...styled,
    entryPoints: {
      widget: "src/widget.ts",
      player: "src/player_bundle.ts",
      presenter: "src/presenter_bundle.ts",
      page: "src/standalone_player.ts",
    },
    outdir: folder,
  }),
  context({
    ...common,
    ...styled,
    entryPoints: { livekit: "src/livekit_bundle.ts" },
    outdir: folder,
  }),
  context({
    ...common,
    format: "iife",
    entryPoints: {
      frame: "src/present/frame.ts",
      talk: "src/present/talk.ts",
      speech_page: "src/speech_page.ts",
    },
    outdir: folder,
  }),
  context({
    ...common,
    entryPoints: [
      "src/account/speech_page.css",
      "src/panel/widget.css",
      "src/present/frame.css",
      "src/present/talk.css",
    ],
    outbase: "src",
    entryNames: "[name]",
    outdir: folder,
  }),
]);

if (process.argv.includes("--watch")) {
  await Promise.all(builds.map((build) => build.watch()));
} else {
  const results = await Promise.all(builds.map((build) => build.rebuild()));
  const metafiles = results.map((result) => result.metafile);
  writeFileSync(`${folder}/third_party_notices.txt`, notices(metafiles));
  await Promise.all(builds.map((build) => build.dispose()));
}
