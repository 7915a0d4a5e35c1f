/**
 * The memory of a started Python as a file: written by the build, read by each worker.
 *
 * Pyodide's snapshot is a header and the whole WebAssembly memory. Most of that is zero, and a part is
 * data that the WebAssembly module brings along anyway. So what is kept is the difference to the
 * memory that a new instance has, and of that only the blocks that are not zero.
 *
 * All numbers are 32 bits wide, little-endian, as WebAssembly's own:
 * length of the snapshot, start and end of the data of the module (in memory), number of extents,
 * then start and end of each extent (in the snapshot); then the bytes of the extents.
 */

const BLOCK = 1024;
const HEAD = 4;
/** Where Pyodide's header notes the place at which the memory begins, as an index of numbers. */
const MEMORY_OFFSET = 1;
const PAGE = 2 ** 16;

type Bytes = Uint8Array<ArrayBuffer>;

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

/** Where the memory begins in a snapshot. */
const memoryOffset = ({ buffer }: Bytes): number => new Uint32Array(buffer)[MEMORY_OFFSET]!;

/** Turns the part of a snapshot that is the module's own data into a difference, or back. */
function exclusiveOr(snapshot: Bytes, initial: Uint8Array, start: number, end: number): void {
  const memory = snapshot.subarray(memoryOffset(snapshot));
  for (let index = start; index < end; index++) memory[index]! ^= initial[index]!;
}

/** Start and end of everything that is not zero, in whole blocks. */
function extents(bytes: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, bytes.length);
    if (isZero(bytes.subarray(start, end))) continue;
    const last = found.at(-1);
    if (last?.[1] === start) last[1] = end;
    else found.push([start, end]);
  }
  return found;
}

/**
 * @param snapshot - as Pyodide makes it, in a buffer of its own.
 * @param initial - the memory of a new instance, before any of its code ran.
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

/** A snapshot on its way into the memory of a new instance. */
export class Snapshot {
  /**
   * For Pyodide. It holds the header only: when Pyodide asks for the rest, to copy it into the memory,
   * that is written there at once, without a copy of the whole in between.
   */
  readonly bytes: Bytes;
  #packed: ArrayBuffer;
  readonly #length: number;
  /** Of the data that the module brings along, in memory. */
  readonly #end: number;
  readonly #kept: Uint32Array;
  #memory: WebAssembly.Memory | undefined;
  #initial: Bytes | undefined;

  /** @throws RangeError when the file is cut short. */
  constructor(packed: ArrayBuffer) {
    const [length, , end, count] = new Uint32Array(packed, 0, HEAD) as unknown as number[];
    this.#packed = packed;
    this.#length = length!;
    this.#end = Math.ceil(end! / 4) * 4;
    this.#kept = new Uint32Array(packed, HEAD * 4, 2 * count!);
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

  /** Notes what the module brings along; makes the memory as large as that of the snapshot. */
  complete(memory: WebAssembly.Memory): void {
    const missing = this.#length - this.bytes.length - memory.buffer.byteLength;
    this.#initial = new Uint8Array(memory.buffer.slice(0, this.#end));
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    this.#memory = memory;
  }

  /** Writes the memory over what has been written to it since then. */
  #restore(offset: number): void {
    if (!this.#memory || !this.#initial) throw new Error("There is no memory to restore.");
    const memory = new Uint8Array(this.#memory.buffer);
    memory.set(this.#initial);
    let written = this.#end;
    for (const [start, size, place] of this.#extents(offset)) {
      if (start > written) memory.fill(0, written, start);
      const changed = Math.max(0, Math.min(size, this.#end - start));
      addDifference(memory, start, new Uint8Array(this.#packed, place, changed));
      memory.set(new Uint8Array(this.#packed, place + changed, size - changed), start + changed);
      written = Math.max(written, start + size);
    }
    memory.fill(0, written);
    // Pyodide keeps hold of `bytes`, and so of this.
    this.#packed = new ArrayBuffer(0);
    this.#initial = undefined;
  }

  /** Where each extent begins, counted from an offset, how long it is, and where it is in the file. */
  *#extents(offset: number): Generator<[start: number, size: number, place: number]> {
    let place = (HEAD + this.#kept.length) * 4;
    for (let index = 0; index < this.#kept.length; index += 2) {
      const [start, end] = [this.#kept[index]!, this.#kept[index + 1]!];
      const from = Math.max(start, offset);
      if (from < end) yield [from - offset, end - from, place + from - start];
      place += end - start;
    }
  }
}

/** Four bytes at a time: places and lengths are multiples of that, as blocks and header are. */
function addDifference(memory: Uint8Array, at: number, difference: Uint8Array): void {
  const words = new Uint32Array(memory.buffer, at, difference.length / 4);
  const { buffer, byteOffset } = difference;
  const changes = new Uint32Array(buffer, byteOffset, words.length);
  for (let index = 0; index < words.length; index++) words[index]! ^= changes[index]!;
}

interface Named {
  module: string;
}

/** Names the runtime's own objects in the list of JavaScript objects that Python refers to. */
export const nameOf =
  (modules: Record<string, object>) =>
  (object: unknown): Named => {
    const module = Object.keys(modules).find((name) => modules[name] === object);
    if (module === undefined) throw new Error(`Python still refers to ${String(object)}.`);
    return { module };
  };

/** Finds the objects that stand for those now. */
export const findIn =
  (modules: Record<string, object>) =>
  ({ module }: Named): object => {
    const found = modules[module];
    if (!found) throw new Error(`There is no module ${module}.`);
    return found;
  };
