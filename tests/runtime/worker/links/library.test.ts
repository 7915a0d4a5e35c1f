import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { PyodideAPI } from "pyodide";
import { LateLibrary } from "../../../../runtime/worker/links/library.ts";

const stdlib = Uint8Array.of(1, 2, 3).buffer;
let contents: Uint8Array;
let pyodide: PyodideAPI;
let library: LateLibrary;

beforeEach(() => {
  contents = new Uint8Array(3);
  const FS = { lookupPath: () => ({ node: { contents } }) };
  pyodide = { FS } as unknown as PyodideAPI;
  library = new LateLibrary();
});

test("imports that wait for the library continue when it arrives, and find its content", async () => {
  library.attach(pyodide, undefined);
  const { promise } = library.module.wait();
  assert.equal(library.module.is_here(), false);
  library.receive({ stdlib });
  assert.equal(await promise, "");
  assert.equal(library.module.is_here(), true);
  assert.deepEqual([...contents], [1, 2, 3]);
});

test("the library may arrive before Python has started", async () => {
  library.receive({ stdlib });
  assert.equal(library.module.is_here(), false);
  library.attach(pyodide, undefined);
  assert.equal(await library.wait(), "");
  assert.deepEqual([...contents], [1, 2, 3]);
});

test("a worker that starts with the library does not wait", async () => {
  library.attach(pyodide, stdlib);
  assert.equal(await library.wait(), "");
});

test("imports that wait get the reason why the download failed, and the library may still arrive later", async () => {
  library.attach(pyodide, undefined);
  const waiting = library.wait();
  library.receive({ problem: "no network" });
  assert.equal(await waiting, "no network");
  assert.equal(await library.wait(), "no network");
  library.expectAgain();
  const again = library.wait();
  library.receive({ stdlib });
  assert.equal(await again, "");
  assert.equal(await library.wait(), "");
});
