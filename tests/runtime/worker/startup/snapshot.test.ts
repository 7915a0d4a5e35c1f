import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findIn, nameOf, pack, Snapshot } from "../../../../runtime/worker/startup/snapshot.ts";

const PAGE = 2 ** 16;
const HEADER = 64;

/** Makes a snapshot as Pyodide does: a header that says where the memory begins, and the memory. */
function snapshotOf(memory: Uint8Array): Uint8Array<ArrayBuffer> {
  const snapshot = new Uint8Array(HEADER + memory.length);
  new Uint32Array(snapshot.buffer, 0, 2).set([0x706e7300, HEADER]);
  snapshot.set(memory, HEADER);
  return snapshot;
}

/** Returns memory with random contents between zeros, which is the same for the same seed. */
function memory(pages: number, seed: number): Uint8Array {
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31);
  const bytes = new Uint8Array(pages * PAGE);
  for (let block = 0; block < 20; block++) {
    const start = random() % bytes.length;
    const end = start + (random() % 5000);
    for (let place = start; place < end && place < bytes.length; place++) {
      bytes[place] = random() >> 8;
    }
  }
  return bytes;
}

function instance(initial: Uint8Array): WebAssembly.Memory {
  const made = new WebAssembly.Memory({ initial: initial.length / PAGE });
  new Uint8Array(made.buffer).set(initial);
  return made;
}

/** Restores a snapshot as Pyodide does, after code of the module has changed the memory. */
function restore(packed: Uint8Array<ArrayBuffer>, made: WebAssembly.Memory): Uint8Array {
  const snapshot = new Snapshot(packed.buffer);
  snapshot.prepare(made);
  const heap = new Uint8Array(made.buffer);
  for (let place = 3; place < heap.length; place += 997) heap[place] = 1;
  const [, offset] = new Uint32Array(snapshot.bytes.buffer, 0, 2);
  heap.set(snapshot.bytes.subarray(offset));
  const whole = new Uint8Array(offset! + heap.length);
  whole.set(snapshot.bytes);
  whole.set(heap, offset);
  return whole;
}

describe("a packed snapshot is restored", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    test(`for random memories (seed ${seed})`, () => {
      const initial = memory(3, seed);
      const started = memory(3, seed + 100);
      // Most of the module's data is unchanged after the start.
      started.set(initial.subarray(0, PAGE), 0);
      const whole = snapshotOf(started);
      assert.deepEqual(restore(pack(whole, initial), instance(initial)), whole);
    });
  }

  test("in an instance whose module has no data", () => {
    const whole = snapshotOf(memory(2, 7));
    const made = instance(new Uint8Array(2 * PAGE));
    assert.deepEqual(restore(pack(whole, new Uint8Array(2 * PAGE)), made), whole);
  });

  test("in memory that has to grow", () => {
    const initial = memory(2, 8);
    const whole = snapshotOf(memory(5, 9));
    const made = instance(initial);
    assert.deepEqual(restore(pack(whole, initial), made), whole);
    assert.equal(made.buffer.byteLength, 5 * PAGE);
  });
});

test("the file contains neither the module's data nor zeros", () => {
  const initial = memory(3, 1);
  const packed = pack(snapshotOf(initial), initial);
  assert.ok(packed.length < 2000, String(packed.length));
});

test("a truncated file is refused", () => {
  const packed = pack(snapshotOf(memory(2, 3)), new Uint8Array(2 * PAGE));
  assert.throws(() => new Snapshot(packed.buffer.slice(0, packed.length - 1)), RangeError);
  assert.throws(() => new Snapshot(new ArrayBuffer(8)), RangeError);
});

test("Python's references to modules of the runtime are restored in a new worker", () => {
  const original = { kernel: {}, page: {} };
  const restored = { kernel: {}, page: {} };
  const serialized = JSON.parse(JSON.stringify(nameOf(original)(original.page)));
  assert.equal(findIn(restored)(serialized), restored.page);
  assert.throws(() => nameOf(original)({}), /still refers to/);
  assert.throws(() => findIn(restored)({ module: "gone" }), /no module gone/);
});
