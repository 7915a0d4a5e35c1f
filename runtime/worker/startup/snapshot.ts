/**
 * The format of the snapshots from which Python starts: written by the build, read by each worker.
 *
 * A snapshot of Pyodide is a header followed by the whole WebAssembly memory:
 * https://github.com/pyodide/pyodide/pull/4652
 * Most of that memory is zero, and a part of it is data that the WebAssembly module contains anyway.
 * Therefore the file has only the difference from the memory of a new instance, and of this difference
 * only the extents: sequences of blocks that are not zero.
 *
 * All numbers in the file have 32 bits and are little-endian, as in WebAssembly. The file begins with the
 * length of the snapshot, start and end of the module's data in memory, the number of extents, and start
 * and end of each extent in the snapshot. The bytes of the extents follow.
 */

const BLOCK_BYTES = 1024;
/** How many numbers precede the list of extents. */
const HEAD_WORDS = 4;
/** Index of the number in Pyodide's header that says where the memory begins. */
const MEMORY_OFFSET = 1;
/** The size of a page of WebAssembly memory. */
const PAGE_BYTES = 2 ** 16;

type Bytes = Uint8Array<ArrayBuffer>;

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

/** Returns where in a snapshot the memory begins. */
const memoryOffset = ({ buffer }: Bytes): number => new Uint32Array(buffer)[MEMORY_OFFSET]!;

/** Replaces the module's data in a snapshot with its difference from the data of a new instance. */
function exclusiveOr(snapshot: Bytes, initial: Uint8Array, start: number, end: number): void {
  const memory = snapshot.subarray(memoryOffset(snapshot));
  for (let index = start; index < end; index++) memory[index]! ^= initial[index]!;
}

/** Returns start and end of each sequence of blocks that are not zero. */
function extents(bytes: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const end = Math.min(start + BLOCK_BYTES, bytes.length);
    if (isZero(bytes.subarray(start, end))) continue;
    const last = found.at(-1);
    if (last?.[1] === start) last[1] = end;
    else found.push([start, end]);
  }
  return found;
}

/**
 * Packs a snapshot into the format of this module.
 *
 * @param snapshot - the snapshot that Pyodide has made, in a buffer of its own.
 * @param initial - the memory of a new instance, before any of its code has run.
 */
export function pack(snapshot: Bytes, initial: Uint8Array): Bytes {
  const start = initial.findIndex((byte) => byte !== 0);
  const end = initial.findLastIndex((byte) => byte !== 0) + 1;
  const difference = snapshot.slice();
  exclusiveOr(difference, initial, start, end);
  const kept = extents(difference);
  const head = Uint32Array.of(difference.length, start, end, kept.length, ...kept.flat());
  const parts = kept.map((extent) => difference.subarray(...extent));
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, head.byteLength));
  packed.set(new Uint8Array(head.buffer));
  let place = head.byteLength;
  for (const part of parts) {
    packed.set(part, place);
    place += part.length;
  }
  return packed;
}

/** Restores a snapshot in the memory of a new instance. */
export class Snapshot {
  /**
   * The array that Pyodide gets as the snapshot. It contains only the snapshot's header. When Pyodide
   * calls `subarray` to copy the rest into its memory, the rest is written there directly, so that no
   * second copy of the whole memory is needed.
   */
  readonly bytes: Bytes;
  #packed: ArrayBuffer;
  readonly #length: number;
  /** Where the module's data ends in memory, rounded up to a multiple of 4 bytes. */
  readonly #end: number;
  /** Start and end of each extent in the snapshot. */
  readonly #bounds: Uint32Array;
  #memory: WebAssembly.Memory | undefined;
  /** The module's data, as it was before any code ran. */
  #initial: Bytes | undefined;

  /** @throws RangeError if the file is truncated. */
  constructor(packed: ArrayBuffer) {
    const [length, , end, count] = new Uint32Array(packed, 0, HEAD_WORDS) as unknown as number[];
    this.#packed = packed;
    this.#length = length!;
    this.#end = Math.ceil(end! / 4) * 4;
    this.#bounds = new Uint32Array(packed, HEAD_WORDS * 4, 2 * count!);
    const places = [...this.#extents(0)];
    const [, last, place] = places.at(-1) ?? [0, 0, 0];
    if (place + last > packed.byteLength) throw new RangeError("The snapshot is truncated.");
    const offset = new Uint32Array(packed, places[0]![2])[MEMORY_OFFSET]!;
    this.bytes = new Uint8Array(offset);
    for (const [start, size, place] of places) {
      if (start >= offset) break;
      this.bytes.set(new Uint8Array(packed, place, Math.min(size, offset - start)), start);
    }
    const subarray = (begin?: number, end?: number): Bytes => {
      if (begin === offset && end === undefined) this.#restore(offset);
      return Uint8Array.prototype.subarray.call(this.bytes, begin, end) as Bytes;
    };
    Object.defineProperty(this.bytes, "subarray", { value: subarray });
  }

  /** Saves the module's data before any code runs, and makes the memory large enough. */
  prepare(memory: WebAssembly.Memory): void {
    const missing = this.#length - this.bytes.length - memory.buffer.byteLength;
    this.#initial = new Uint8Array(memory.buffer.slice(0, this.#end));
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#memory = memory;
  }

  /** Overwrites the whole memory with that of the snapshot. */
  #restore(offset: number): void {
    if (!this.#memory || !this.#initial) throw new Error("The memory has not been prepared.");
    const memory = new Uint8Array(this.#memory.buffer);
    memory.set(this.#initial);
    let written = this.#end;
    for (const [start, size, place] of this.#extents(offset)) {
      if (start > written) memory.fill(0, written, start);
      const changed = Math.max(0, Math.min(size, this.#end - start));
      applyDifference(memory, start, new Uint8Array(this.#packed, place, changed));
      memory.set(new Uint8Array(this.#packed, place + changed, size - changed), start + changed);
      written = Math.max(written, start + size);
    }
    memory.fill(0, written);
    // Pyodide keeps `bytes` for ever, and with it this object, so the large buffers are released here.
    this.#packed = new ArrayBuffer(0);
    this.#initial = undefined;
  }

  /**
   * Yields the start (relative to `offset`), the size and the place in the file of each extent, or part
   * of an extent, that lies after this offset in the snapshot.
   */
  *#extents(offset: number): Generator<[start: number, size: number, place: number]> {
    let place = (HEAD_WORDS + this.#bounds.length) * 4;
    for (let index = 0; index < this.#bounds.length; index += 2) {
      const [start, end] = [this.#bounds[index]!, this.#bounds[index + 1]!];
      const from = Math.max(start, offset);
      if (from < end) yield [from - offset, end - from, place + from - start];
      place += end - start;
    }
  }
}

/**
 * Applies a difference to the memory. Going word by word is faster than byte by byte, and possible
 * because all places and sizes are multiples of four bytes.
 */
function applyDifference(memory: Uint8Array, at: number, difference: Uint8Array): void {
  const words = new Uint32Array(memory.buffer, at, difference.length / 4);
  const { buffer, byteOffset } = difference;
  const changes = new Uint32Array(buffer, byteOffset, words.length);
  for (let index = 0; index < words.length; index++) words[index]! ^= changes[index]!;
}

interface Named {
  module: string;
}

/**
 * Makes a function that returns the name of a module of the runtime. A snapshot contains these names in
 * place of the JavaScript objects to which Python refers.
 */
export const nameOf =
  (modules: Record<string, object>) =>
  (object: unknown): Named => {
    const module = Object.keys(modules).find((name) => modules[name] === object);
    if (module === undefined) throw new Error(`Python still refers to ${String(object)}.`);
    return { module };
  };

/** Makes a function that finds the module with a name, in the worker that restores the snapshot. */
export const findIn =
  (modules: Record<string, object>) =>
  ({ module }: Named): object => {
    const found = modules[module];
    if (!found) throw new Error(`There is no module ${module}.`);
    return found;
  };
