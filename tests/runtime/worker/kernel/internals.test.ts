import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { memoryOf, VERIFIED_PYODIDE } from "../../../../runtime/worker/kernel/internals.ts";
import { makeMemory } from "./fake_memory.ts";

const pyodideWith = (memory: object) => ({ version: "999.0", _module: memory }) as never;

test("the private names were verified for the version of Pyodide in package.json", async () => {
  const { dependencies } = JSON.parse(await readFile("package.json", "utf8")) as {
    dependencies: Record<string, string>;
  };
  assert.equal(dependencies["pyodide"], VERIFIED_PYODIDE);
});

test("a Pyodide that has all names is accepted", () => {
  const memory = makeMemory();
  assert.equal(memoryOf(pyodideWith(memory)), memory);
});

test("an error lists all names that are missing, with the actual and the verified version", () => {
  const { _malloc: _, _tzname: __, ...fewer } = makeMemory();
  assert.throws(() => memoryOf(pyodideWith(fewer)), {
    message: new RegExp(`^Pyodide 999\\.0 does not have _malloc, _tzname\\. .*${VERIFIED_PYODIDE}`),
  });
});

test("another minor version of CPython is refused, because its frames may differ", () => {
  // 3.15.0 in the format of `PY_VERSION_HEX`.
  assert.throws(() => memoryOf(pyodideWith(makeMemory({ version: 0x030f00f0 }))), /CPython 3\.15/);
});
