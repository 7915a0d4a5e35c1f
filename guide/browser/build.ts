/**
 * Bundles the guide's own elements (guide.js) and what the guide adds to the theme (theme.css, and
 * theme.js, which runs before the theme's own script) into build/guide/.
 *
 * The elements import the engine from the published runtime/widget.js and runtime/elements.js, so that they
 * and the widgets share one session and one interpreter. guide.js itself contains only a few functions of the
 * engine that have no state, such as those that format numbers.
 */
import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";

const root = resolve(import.meta.dirname, "../..");
const out = join(root, "build", "guide");

/**
 * The addresses of the engine's scripts on the published site, relative to the guide's files, by the name of
 * the module in runtime/entry/ in whose place they are imported.
 */
const ENGINE: Record<string, string> = {
  for_definitions: "../runtime/widget.js",
  for_elements: "../runtime/elements.js",
};

/** Replaces imports of the modules in runtime/entry/ with imports of the published engine. */
const engineIsElsewhere: Plugin = {
  name: "engine-is-elsewhere",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/entry\/for_\w+\.ts$/ }, ({ path }) => ({
      path: ENGINE[basename(path, ".ts")]!,
      external: true,
    })),
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
  // A module would run after the theme's own script.
  format: "iife",
});
await build({
  ...common,
  entryPoints: { guide: join(import.meta.dirname, "guide.ts") },
  // All files are put into one folder, because the addresses in `ENGINE` are relative to the importing file.
  chunkNames: "[name]-[hash]",
  entryNames: "[name]",
  format: "esm",
  loader: { ".css": "text" },
  plugins: [engineIsElsewhere],
  splitting: true,
});
