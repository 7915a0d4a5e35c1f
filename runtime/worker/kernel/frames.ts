/**
 * Keeps the frames of a suspended Python thread readable.
 *
 * The interpreter links its frames into a chain, and each call from C into Python adds a frame that
 * lies on the C stack. Pyodide moves the C stack of a suspended thread away when another thread needs
 * the room, but leaves the chain as it was: the garbage collector, which looks through the frames of
 * every thread, then reads whatever lies there now, and the worker dies. (Seen with 40 threads; with
 * a collection threshold of 50, at once.) So those frames are replaced by copies in the heap for as
 * long as their thread is suspended.
 */

/** The part of Pyodide's Emscripten module that is needed here. */
export interface FrameMemory {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  /** Address of CPython's `_PyRuntime`, which begins with a table of struct offsets. */
  __PyRuntime: number;
  _PyThreadState_Get(): number;
  _malloc(size: number): number;
}

/** Places in that table, in 64-bit words; they may differ in another minor version. */
const VERSION = 0x030e;
const TABLE = {
  version: 1,
  currentFrame: 26,
  frameSize: 31,
  previous: 32,
  instruction: 34,
  owner: 36,
};

/** `FRAME_OWNED_BY_INTERPRETER`: the ones on the C stack. */
const ON_C_STACK = 3;

interface Replaced {
  /** Where the link to the frame is stored. */
  link: number;
  original: number;
  copy: number;
}

export class Frames {
  readonly #memory: FrameMemory;
  readonly #currentFrame: number;
  readonly #size: number;
  readonly #previous: number;
  readonly #instruction: number;
  readonly #owner: number;
  /** By thread state. */
  readonly #replaced = new Map<number, Replaced[]>();
  readonly #unused: number[] = [];
  /** Where the frame of the running thread is noted, as an index of words. */
  #running = 0;
  /** As long as the memory does not grow. */
  #words: Uint32Array = new Uint32Array();

  constructor(memory: FrameMemory) {
    const word = (index: number) => memory.HEAPU32[(memory.__PyRuntime + 8 * index) >> 2]!;
    if (word(TABLE.version) >> 16 !== VERSION) throw new Error("Unknown layout of Python's frames");
    this.#memory = memory;
    this.#currentFrame = word(TABLE.currentFrame);
    this.#size = word(TABLE.frameSize);
    this.#previous = word(TABLE.previous);
    this.#instruction = word(TABLE.instruction);
    this.#owner = word(TABLE.owner);
  }

  /** Address of the bytecode that the running thread is at, or nearly so; 0 if not known. */
  place(): number {
    // Looking it up in Emscripten's module would take half as long as reading the clock.
    if (this.#words.length === 0) this.#words = this.#memory.HEAPU32;
    return this.#words[(this.#words[this.#running]! + this.#instruction) >> 2]!;
  }

  /** Called by the thread that is about to be suspended. */
  keep(): void {
    const thread = this.#memory._PyThreadState_Get();
    const replaced: Replaced[] = [];
    let link = thread + this.#currentFrame;
    for (
      let frame;
      (frame = this.#memory.HEAPU32[link >> 2]!) !== 0;
      link = frame + this.#previous
    ) {
      if (this.#memory.HEAPU8[frame + this.#owner] !== ON_C_STACK) continue;
      const copy = this.#unused.pop() ?? this.#memory._malloc(this.#size);
      this.#memory.HEAPU8.copyWithin(copy, frame, frame + this.#size);
      this.#memory.HEAPU32[link >> 2] = copy;
      replaced.push({ link, original: frame, copy });
      frame = copy;
    }
    this.#replaced.set(thread, replaced);
  }

  /** Called by the thread that goes on; nothing if it has not been suspended. */
  giveBack(): void {
    const thread = this.#memory._PyThreadState_Get();
    this.#running = (thread + this.#currentFrame) >> 2;
    // The last first: a link may itself lie in a copy.
    for (const { link, original, copy } of this.#replaced.get(thread)?.toReversed() ?? []) {
      this.#memory.HEAPU32[link >> 2] = original;
      this.#unused.push(copy);
    }
    this.#replaced.delete(thread);
  }
}
