import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const THEME = "runtime/page/styles/theme.css";
const allSheets = globSync(["runtime/**/*.css", "guide/**/*.css"], { cwd: root });
/** The paths of all style sheets, without those that change Material for MkDocs itself on this site. */
const sheets = allSheets.filter((path) => !path.startsWith("guide/browser/theme/"));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");

/** Names of custom properties that a sheet declares. */
const declared = (sheet: string): string[] =>
  [...sheet.matchAll(/(--[\w-]+):/g)].map(([, name]) => name!);

/** Names of custom properties that a sheet uses without a fallback. */
const required = (sheet: string): string[] =>
  [...sheet.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name!);

test("only theme.css uses the variables of Material for MkDocs", () => {
  assert.ok(sheets.includes(THEME) && sheets.length > 10, sheets.join(" "));
  const others = sheets.filter((path) => path !== THEME);
  assert.deepEqual(
    others.filter((path) => read(path).includes("--md-")),
    [],
  );
});

test("theme.css has a fallback for each variable of Material, except for the font of the page", () => {
  assert.deepEqual(
    required(read(THEME)).filter((name) => name.startsWith("--md-")),
    ["--md-text-font-family"],
  );
});

test("every --runnable- variable that a sheet requires is declared", () => {
  const known = new Set(sheets.flatMap((path) => declared(read(path))));
  for (const path of sheets) {
    const unknown = required(read(path)).filter(
      (variable) => variable.startsWith("--runnable-") && !known.has(variable),
    );
    assert.deepEqual(unknown, [], path);
  }
});
