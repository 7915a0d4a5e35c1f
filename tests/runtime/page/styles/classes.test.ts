/** The engine styles only classes that it makes itself. Those of a project belong to the project's styles. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const contents = (pattern: string): string =>
  globSync(pattern, { cwd: root })
    .map((path) => readFileSync(`${root}${path}`, "utf8"))
    .join("\n");

/** Classes that libraries make, or that the engine puts together, such as `tl-${kind}`. */
const ELSEWHERE = /^(?:cm|md|tok|tl)-|^(?:runnable-pause|data-table__key)$/;

test("every class in the engine's style sheets is one that the engine makes", () => {
  const sheets = contents("runtime/**/*.css").replaceAll(/\/\*.*?\*\//gs, "");
  const selectors = [...sheets.matchAll(/([^{};]+)\{/g)].map(([, selector]) => selector!);
  const classes = new Set(
    selectors.flatMap((selector) =>
      [...selector.matchAll(/\.(-?[a-z_][\w-]*)|class.?="([\w-]+)/gi)].map(
        ([, name, part]) => (name ?? part)!,
      ),
    ),
  );
  assert.ok(classes.has("data-table__controls"), "the style sheets are found");
  const code = contents("{runtime,mkdocs_runnable}/**/*.{ts,py}");
  const unknown = [...classes].filter((name) => !ELSEWHERE.test(name) && !code.includes(name));
  assert.deepEqual(unknown, []);
});
