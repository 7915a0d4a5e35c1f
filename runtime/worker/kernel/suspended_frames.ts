/**
 * Keeps the frames of suspended Python threads readable for the garbage collector.
 *
 * The interpreter links the frames of a thread into a chain, and each call from C into Python adds a
 * frame that is on the C stack. Pyodide moves the C stack of a suspended thread away when another
 * thread needs the room, but does not change the chain. The garbage collector reads the frames of every
 * thread, so it would follow a link into memory that now belongs to another thread, and crash:
 * https://github.com/pyodide/pyodide/issues/6464
 *
 * Therefore the frames on the C stack are replaced by copies in the heap while their thread is
 * suspended. Pyodide solves this itself in versions after 314.0.7, by clearing the link:
 * https://github.com/pyodide/pyodide/pull/6466
 */
import { FRAME_LAYOUT, FRAME_OWNED_BY_INTERPRETER, type PythonMemory } from "./internals.ts";

interface Replacement {
  /** Address of the link to the frame. */
  link: number;
  original: number;
  copy: number;
}

export class SuspendedFrames {
  readonly #memory: PythonMemory;
  // The size of a frame and offsets in bytes; see `FRAME_LAYOUT`.
  readonly #currentFrame: number;
  readonly #size: number;
  readonly #previous: number;
  readonly #instruction: number;
  readonly #owner: number;
  /** The frames that are replaced now, by the address of their thread's state. */
  readonly #replacements = new Map<number, Replacement[]>();
  /** Addresses of copies that can be used again. */
  readonly #unused: number[] = [];
  /** Where the address of the running thread's current frame is stored, as an index of 32-bit words. */
  #running = 0;
  /** A view of the memory, which becomes empty when the memory grows. */
  #words: Uint32Array = new Uint32Array();

  constructor(memory: PythonMemory) {
    const offset = (index: number) => memory.HEAPU32[(memory.__PyRuntime + 8 * index) >> 2]!;
    this.#memory = memory;
    this.#currentFrame = offset(FRAME_LAYOUT.currentFrame);
    this.#size = offset(FRAME_LAYOUT.frameSize);
    this.#previous = offset(FRAME_LAYOUT.previous);
    this.#instruction = offset(FRAME_LAYOUT.instruction);
    this.#owner = offset(FRAME_LAYOUT.owner);
  }

  /** Address of the bytecode that the running thread executes, or of code close to it; 0 if unknown. */
  bytecodeAddress(): number {
    // Reading the property of Emscripten's module takes half as long as reading the clock.
    if (this.#words.length === 0) this.#words = this.#memory.HEAPU32;
    return this.#words[(this.#words[this.#running]! + this.#instruction) >> 2]!;
  }

  /** Replaces the running thread's frames on the C stack by copies. The thread is about to be suspended. */
  save(): void {
    const thread = this.#memory._PyThreadState_Get();
    const replacements: Replacement[] = [];
    let link = thread + this.#currentFrame;
    for (
      let frame;
      (frame = this.#memory.HEAPU32[link >> 2]!) !== 0;
      link = frame + this.#previous
    ) {
      if (this.#memory.HEAPU8[frame + this.#owner] !== FRAME_OWNED_BY_INTERPRETER) continue;
      const copy = this.#unused.pop() ?? this.#memory._malloc(this.#size);
      this.#memory.HEAPU8.copyWithin(copy, frame, frame + this.#size);
      this.#memory.HEAPU32[link >> 2] = copy;
      replacements.push({ link, original: frame, copy });
      frame = copy;
    }
    this.#replacements.set(thread, replacements);
  }

  /** Puts the original frames back if the running thread has been suspended. */
  restore(): void {
    const thread = this.#memory._PyThreadState_Get();
    this.#running = (thread + this.#currentFrame) >> 2;
    // In reverse order, because a link can be inside the copy of a frame that was copied before.
    for (const { link, original, copy } of this.#replacements.get(thread)?.toReversed() ?? []) {
      this.#memory.HEAPU32[link >> 2] = original;
      this.#unused.push(copy);
    }
    this.#replacements.delete(thread);
  }
}
