// Builds the front end into the Python package: the widget's module and style sheet; hls.js and
// livekit-client as modules of their own, which the kernel hands to each page that needs them once.
// `--watch` rebuilds at each change.

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
  context({ ...common, entryPoints: ["src/widget.ts", "src/widget.css"], outdir: folder }),
  // The light build of hls.js plays everything this widget meets.
  context({
    ...common,
    stdin: { contents: 'export { default } from "hls.js/light";', resolveDir: "." },
    outfile: `${folder}/hls.js`,
  }),
  context({
    ...common,
    stdin: {
      contents: 'export { DisconnectReason, Room, RoomEvent } from "livekit-client";',
      resolveDir: ".",
    },
    banner: { js: "/*! livekit-client, Apache-2.0, https://github.com/livekit/client-sdk-js */" },
    outfile: `${folder}/livekit.js`,
  }),
]);

if (process.argv.includes("--watch")) {
  await Promise.all(builds.map((build) => build.watch()));
} else {
  await Promise.all(builds.map((build) => build.rebuild()));
  await Promise.all(builds.map((build) => build.dispose()));
}
