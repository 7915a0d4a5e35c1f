import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { PyodideAPI } from "pyodide";
import { LateLibrary } from "../../../../runtime/worker/links/library.ts";

const stdlib = Uint8Array.of(1, 2, 3).buffer;
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

test("imports that wait for the library continue when it arrives, and find its content", async () => {
  library.attach(pyodide, undefined);
  assert.equal(asked, 0);
  const { promise } = library.module.wait();
  assert.equal(asked, 1);
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

test("a worker that starts with the library neither asks for it nor waits", async () => {
  library.attach(pyodide, stdlib);
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

test("imports that wait get the reason why the download failed, and the next import asks again", async () => {
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
