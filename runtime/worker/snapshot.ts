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

/** A snapshot on its way to Pyodide, which needs a look at the new memory before it is whole. */
export class Snapshot {
  /** For Pyodide; not whole until `complete` was called. */
  readonly bytes: Bytes;
  readonly #start: number;
  readonly #end: number;

  /** @throws RangeError when the file is cut short. */
  constructor(packed: ArrayBuffer) {
    const [length, start, end, count] = new Uint32Array(packed, 0, HEAD) as unknown as number[];
    const kept = new Uint32Array(packed, HEAD * 4, 2 * count!);
    this.bytes = new Uint8Array(length!);
    [this.#start, this.#end] = [start!, end!];
    let place = (HEAD + 2 * count!) * 4;
    for (let index = 0; index < kept.length; index += 2) {
      const size = kept[index + 1]! - kept[index]!;
      this.bytes.set(new Uint8Array(packed, place, size), kept[index]!);
      place += size;
    }
  }

  /** Adds what the module brings along; makes the memory as large as that of the snapshot. */
  complete(memory: WebAssembly.Memory): void {
    const missing = this.bytes.length - memoryOffset(this.bytes) - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    exclusiveOr(this.bytes, new Uint8Array(memory.buffer), this.#start, this.#end);
  }
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
