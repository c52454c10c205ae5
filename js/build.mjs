// Builds the front end into the Python package: the widget's module and style sheet; two players, one
// with hls.js in it and one with livekit-client, of which the kernel hands to each page those that it
// needs, once; and the script of the page that plays where a notebook cannot. `--watch` rebuilds at
// each change.

import { context } from "esbuild";

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "inline",
  logLevel: "info",
};
const folder = "../heygen_widget/static";

const builds = await Promise.all([
  context({
    ...common,
    entryPoints: { widget: "src/widget.ts", player: "src/playback.ts", page: "src/page.ts" },
    outdir: folder,
  }),
  context({
    ...common,
    entryPoints: { livekit: "src/live_playback.ts" },
    banner: { js: "/*! livekit-client, Apache-2.0, https://github.com/livekit/client-sdk-js */" },
    outdir: folder,
  }),
  context({ ...common, entryPoints: ["src/widget.css"], outdir: folder }),
]);

if (process.argv.includes("--watch")) {
  await Promise.all(builds.map((build) => build.watch()));
} else {
  await Promise.all(builds.map((build) => build.rebuild()));
  await Promise.all(builds.map((build) => build.dispose()));
}
