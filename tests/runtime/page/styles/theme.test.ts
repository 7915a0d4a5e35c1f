import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const THEME = "runtime/page/styles/theme.css";
const sheets = globSync(["runtime/**/*.css", "guide/**/*.css"], { cwd: root });
// guide/browser/theme/ changes the look of Material for MkDocs itself on this site.
const names = sheets.filter((name) => !name.startsWith("guide/browser/theme/"));
const read = (name: string): string => readFileSync(`${root}${name}`, "utf8");

/** Names of custom properties that a sheet declares. */
const declared = (sheet: string): string[] =>
  [...sheet.matchAll(/(--[\w-]+):/g)].map(([, name]) => name!);

/** Names of custom properties that a sheet uses without a fallback. */
const required = (sheet: string): string[] =>
  [...sheet.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name!);

test("only theme.css uses the variables of Material for MkDocs", () => {
  assert.ok(names.includes(THEME) && names.length > 10, names.join(" "));
  const others = names.filter((name) => name !== THEME);
  assert.deepEqual(
    others.filter((name) => read(name).includes("--md-")),
    [],
  );
});

test("every variable of the theme has a value without Material, except the font of the page", () => {
  assert.deepEqual(
    required(read(THEME)).filter((name) => name.startsWith("--md-")),
    ["--md-text-font-family"],
  );
});

test("every --runnable- variable that a sheet requires is declared", () => {
  const known = new Set(names.flatMap((name) => declared(read(name))));
  for (const name of names) {
    const unknown = required(read(name)).filter(
      (variable) => variable.startsWith("--runnable-") && !known.has(variable),
    );
    assert.deepEqual(unknown, [], name);
  }
});
