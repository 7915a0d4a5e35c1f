/**
 * Bundles the guide's own elements into build/guide/, beside the runtime in build/runtime/, and what
 * the guide adds to the theme: theme.js, which runs before the theme's own script, and theme.css.
 *
 * The engine is not bundled again: these elements import it from runtime/widget.js, as published, so
 * that they and the widgets share one session and one interpreter.
 */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";

const root = resolve(import.meta.dirname, "../..");
const out = join(root, "build", "guide");

/** The address of the engine on the published site, relative to the guide's files. */
const ENGINE = "../runtime/widget.js";

const engineIsElsewhere: Plugin = {
  name: "engine-is-elsewhere",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/entry\/for_elements\.ts$/ }, () => ({ path: ENGINE, external: true })),
};

const common = {
  absWorkingDir: root,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  outdir: out,
  target: ["es2022"],
} satisfies BuildOptions;

await rm(out, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: [
    join(import.meta.dirname, "theme/theme.ts"),
    join(import.meta.dirname, "theme/theme.css"),
  ],
  // A module would run after the theme's script.
  format: "iife",
});
await build({
  ...common,
  entryPoints: { guide: join(import.meta.dirname, "guide.ts") },
  // All files are in one folder, because the address of the engine is relative to the importing file.
  chunkNames: "[name]-[hash]",
  entryNames: "[name]",
  format: "esm",
  loader: { ".css": "text" },
  plugins: [engineIsElsewhere],
  splitting: true,
});
