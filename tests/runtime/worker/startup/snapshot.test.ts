import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findIn, nameOf, pack, Snapshot } from "../../../../runtime/worker/startup/snapshot.ts";

/** The size of a page of WebAssembly memory, and of the header of a snapshot, in bytes. */
const PAGE = 2 ** 16;
const HEADER = 64;

/** Makes a snapshot as Pyodide does: a header that says where the memory begins, and the memory. */
function snapshotOf(memory: Uint8Array): Uint8Array<ArrayBuffer> {
  const snapshot = new Uint8Array(HEADER + memory.length);
  // By the first number, Pyodide recognises its snapshots.
  new Uint32Array(snapshot.buffer, 0, 2).set([0x706e7300, HEADER]);
  snapshot.set(memory, HEADER);
  return snapshot;
}

/** Returns the content of a memory: random bytes between zeros, the same ones for the same seed. */
function randomMemory(pages: number, seed: number): Uint8Array {
  let state = seed;
  const random = () => (state = (state * 1103515245 + 12345) % 2 ** 31);
  const bytes = new Uint8Array(pages * PAGE);
  for (let block = 0; block < 20; block++) {
    const start = random() % bytes.length;
    const end = start + (random() % 5000);
    for (let offset = start; offset < end && offset < bytes.length; offset++) {
      bytes[offset] = random() >> 8;
    }
  }
  return bytes;
}

/** Returns the memory of a new instance, which contains the data of its WebAssembly module. */
function memoryOfInstance(initial: Uint8Array): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: initial.length / PAGE });
  new Uint8Array(memory.buffer).set(initial);
  return memory;
}

/** Restores a snapshot as Pyodide does. Returns its header, followed by the whole restored memory. */
function restore(packed: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Uint8Array {
  const snapshot = new Snapshot(packed.buffer);
  snapshot.prepare(memory);
  const heap = new Uint8Array(memory.buffer);
  // Code of the module may have changed the memory in the meantime, here one byte in 997.
  for (let offset = 3; offset < heap.length; offset += 997) heap[offset] = 1;
  const [, offset] = new Uint32Array(snapshot.bytes.buffer, 0, 2);
  heap.set(snapshot.bytes.subarray(offset));
  const whole = new Uint8Array(offset! + heap.length);
  whole.set(snapshot.bytes);
  whole.set(heap, offset);
  return whole;
}

describe("a packed snapshot is restored", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    test(`for random contents of the memory (seed ${seed})`, () => {
      const initial = randomMemory(3, seed);
      const started = randomMemory(3, seed + 100);
      // The start of Python has not changed the module's data in the first of the three pages.
      started.set(initial.subarray(0, PAGE), 0);
      const whole = snapshotOf(started);
      assert.deepEqual(restore(pack(whole, initial), memoryOfInstance(initial)), whole);
    });
  }

  test("in an instance whose module has no data", () => {
    const whole = snapshotOf(randomMemory(2, 7));
    const memory = memoryOfInstance(new Uint8Array(2 * PAGE));
    assert.deepEqual(restore(pack(whole, new Uint8Array(2 * PAGE)), memory), whole);
  });

  test("in memory that has to grow", () => {
    const initial = randomMemory(2, 8);
    const whole = snapshotOf(randomMemory(5, 9));
    const memory = memoryOfInstance(initial);
    assert.deepEqual(restore(pack(whole, initial), memory), whole);
    assert.equal(memory.buffer.byteLength, 5 * PAGE);
  });
});

test("zeros, and data that the module contains anyway, take no room in the file", () => {
  // The memory has not changed since the start, so nothing has to be stored.
  const initial = randomMemory(3, 1);
  const packed = pack(snapshotOf(initial), initial);
  assert.ok(packed.length < 2000, String(packed.length));
});

test("a truncated file is refused", () => {
  const packed = pack(snapshotOf(randomMemory(2, 3)), new Uint8Array(2 * PAGE));
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
