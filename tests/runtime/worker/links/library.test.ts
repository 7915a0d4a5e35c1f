import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { PyodideAPI } from "pyodide";
import { LateLibrary } from "../../../../runtime/worker/links/library.ts";

/** The content of the standard library, for this test. */
const stdlib = Uint8Array.of(1, 2, 3).buffer;
/** The content of the library's file in Python's file system. */
let contents: Uint8Array;
let pyodide: PyodideAPI;
let library: LateLibrary;
/** How often the page has been asked for the library. */
let asked: number;

beforeEach(() => {
  contents = new Uint8Array(3);
  const FS = { lookupPath: () => ({ node: { contents } }) };
  pyodide = { FS } as unknown as PyodideAPI;
  asked = 0;
  library = new LateLibrary(() => (asked += 1));
});

// An import waits for a promise, which resolves to an empty string or to the problem that occurred.
test("imports that wait for the standard library continue when it arrives, and find its content", async () => {
  library.attach(pyodide, undefined);
  assert.equal(asked, 0);
  const { promise } = library.module.wait();
  assert.equal(asked, 1);
  assert.equal(library.module.is_late(), true);
  library.receive({ stdlib });
  assert.equal(await promise, "");
  assert.equal(library.module.is_late(), false);
  assert.deepEqual([...contents], [1, 2, 3]);
});

test("the standard library may arrive before Python has started", async () => {
  library.receive({ stdlib });
  assert.deepEqual([...contents], [0, 0, 0]);
  library.attach(pyodide, undefined);
  assert.equal(await library.wait(), "");
  assert.deepEqual([...contents], [1, 2, 3]);
});

test("a worker that starts with the standard library neither asks for it nor waits for it", async () => {
  assert.equal(library.module.is_late(), false, "Python reads the library while it starts");
  library.attach(pyodide, stdlib);
  assert.equal(library.module.is_late(), false);
  assert.equal(await library.wait(), "");
  assert.equal(asked, 0);
});

test("imports that wait at the same time ask once", async () => {
  library.attach(pyodide, undefined);
  const waiting = [library.wait(), library.wait()];
  assert.equal(asked, 1);
  library.receive({ stdlib });
  assert.deepEqual(await Promise.all(waiting), ["", ""]);
});

test("imports get the reason why a download failed, and the next import asks again", async () => {
  library.attach(pyodide, undefined);
  const waiting = library.wait();
  library.receive({ problem: "no network" });
  assert.equal(await waiting, "no network");
  const again = library.wait();
  assert.equal(asked, 2);
  library.receive({ stdlib });
  assert.equal(await again, "");
  assert.equal(await library.wait(), "");
});
