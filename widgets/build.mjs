// Bundles each widget, a folder of src with a widget.ts, into one ES module inside the Python package.
// anywidget loads a module as text, so nothing may be imported at run time: shared code and CSS go in.
// `node build.mjs` builds once, `node build.mjs --watch` on every change.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context, transform } from "esbuild";

const LIMIT_BYTES = 60_000; // the module travels with every widget that is opened

const here = dirname(fileURLToPath(import.meta.url));
const entries = readdirSync(join(here, "src"))
  .map((name) => [name, `src/${name}/widget.ts`])
  .filter(([, entry]) => existsSync(join(here, entry)));
const target = join(here, "..", "igniter_nb", "notebook", "static");

/** A style sheet goes in as text, without what only its author needs. */
const styleAsText = {
  name: "style-as-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** @type {import("esbuild").BuildOptions} */
const options = {
  absWorkingDir: here,
  entryPoints: Object.fromEntries(entries),
  outdir: target,
  bundle: true,
  format: "esm",
  target: "es2022",
  plugins: [styleAsText],
  minify: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

function report() {
  for (const [name] of entries) {
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
