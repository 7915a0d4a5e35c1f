/**
 * Bundles the guide's own elements into build/guide/, beside the runtime in build/runtime/.
 *
 * The engine is not bundled again: these elements import it from runtime/widget.js, as published, so
 * that they and the widgets share one session and one interpreter.
 */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

const root = resolve(import.meta.dirname, "../..");
const out = join(root, "build", "guide");

/** The address of the engine on the published site, relative to the guide's files. */
const ENGINE = "../runtime/widget.js";

const engineIsElsewhere: Plugin = {
  name: "engine-is-elsewhere",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/entry\/for_elements\.ts$/ }, () => ({ path: ENGINE, external: true })),
};

await rm(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { guide: join(import.meta.dirname, "guide.ts") },
  bundle: true,
  charset: "utf8",
  // All files are in one folder, because the address of the engine is relative to the importing file.
  chunkNames: "[name]-[hash]",
  entryNames: "[name]",
  format: "esm",
  legalComments: "none",
  loader: { ".css": "text" },
  logLevel: "warning",
  minify: true,
  outdir: out,
  plugins: [engineIsElsewhere],
  splitting: true,
  target: ["es2022"],
});
