// Builds the front end into the Python package: the widget's module and style sheet; the player with
// hls.js in it, which the kernel hands to each page once; and the script of the page that plays where
// a notebook cannot. `--watch` rebuilds at each change.

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

const build = await context({
  ...common,
  entryPoints: {
    widget: "src/widget.ts",
    player: "src/playback.ts",
    page: "src/page.ts",
  },
  outdir: folder,
});
const styles = await context({ ...common, entryPoints: ["src/widget.css"], outdir: folder });
const builds = [build, styles];

if (process.argv.includes("--watch")) {
  await Promise.all(builds.map((build) => build.watch()));
} else {
  await Promise.all(builds.map((build) => build.rebuild()));
  await Promise.all(builds.map((build) => build.dispose()));
}
