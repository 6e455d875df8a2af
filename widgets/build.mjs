// Bundles each widget into one ES module inside the Python package.
// anywidget loads a module as text, so nothing may be imported at run time: shared code and CSS go in.
// `node build.mjs` builds once, `node build.mjs --watch` on every change.

import { statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const WIDGETS = ["live"];
const LIMIT_BYTES = 50_000; // the module travels with every widget that is opened

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "igniter_nb", "notebook", "static");

/** @type {import("esbuild").BuildOptions} */
const options = {
  absWorkingDir: here,
  entryPoints: Object.fromEntries(WIDGETS.map((name) => [name, `src/${name}/widget.ts`])),
  outdir: target,
  bundle: true,
  format: "esm",
  target: "es2022",
  loader: { ".css": "text" },
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

function report() {
  for (const name of WIDGETS) {
    const file = join(target, `${name}.js`);
    const { size } = statSync(file);
    console.log(`${relative(join(here, ".."), file)}  ${(size / 1000).toFixed(1)} kB`);
    if (size > LIMIT_BYTES) {
      throw new Error(`${name}.js has ${size} bytes, the limit is ${LIMIT_BYTES}`);
    }
  }
}

if (process.argv.includes("--watch")) {
  const watcher = await context(options);
  await watcher.watch();
} else {
  await build(options);
  report();
}
