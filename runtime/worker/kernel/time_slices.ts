/**
 * Tells Python when the time slice of the running thread is over, while reading the clock as rarely as
 * possible.
 *
 * Python cannot be interrupted from outside. While it runs, it keeps asking whether a signal is pending.
 * The answer is 0 until the time slice is over, and then the signal whose handler suspends the thread.
 * Python asks this question at every fiftieth check that its bytecode makes in loops and calls, and in
 * some of its C functions, which is every 0.2 to 3 µs.
 *
 * Reading the clock takes up to 1 µs, and in Firefox a call from WebAssembly to JavaScript takes 0.1 µs
 * (measured on a virtual machine). Therefore some questions are answered within WebAssembly, and the
 * clock is rarely read while the program is in a place where its bytecode has been fast before. In a new
 * place the clock is read at the first question, because the program may make long calls there.
 */

/** Addresses that differ only in this many low bits count as one place, which is 64 instructions. */
const PLACE_BITS = 7;
/** For how many places it is known at a time whether they are fast. */
const PLACES = 256;

/** In a fast place, the clock is read at least once in about this many questions. */
const MAX_QUESTIONS = 256;

/** A place is fast if, since the clock was last read, less time than this has passed per question. */
const FAST_MS = 0.05;

/** How long, and for how many questions, WebAssembly may answer without looking where Python is. */
const MAX_SKIPPED_MS = 0.01;
const MAX_SKIPPED = 16;

/*
 * (module
 *   (import "" "ask" (func $ask (result i32)))
 *   (global $skip (export "skip") (mut i32) (i32.const 0))
 *   (func (export "due") (result i32)
 *     (if (result i32) (global.get $skip)
 *       (then (global.set $skip (i32.sub (global.get $skip) (i32.const 1))) (i32.const 0))
 *       (else (call $ask)))))
 */
const COUNTER = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f], // one type: nothing to i32
  ...[0x02, 0x08, 0x01, 0x00, 0x03, 0x61, 0x73, 0x6b, 0x00, 0x00], // import "" "ask"
  ...[0x03, 0x02, 0x01, 0x00], // one function of that type
  ...[0x06, 0x06, 0x01, 0x7f, 0x01, 0x41, 0x00, 0x0b], // one global, 0
  ...[0x07, 0x0e, 0x02, 0x04, 0x73, 0x6b, 0x69, 0x70, 0x03, 0x00], // export "skip"
  ...[0x03, 0x64, 0x75, 0x65, 0x00, 0x01], // export "due"
  ...[0x0a, 0x15, 0x01, 0x13, 0x00, 0x23, 0x00, 0x04, 0x7f], // if skip
  ...[0x23, 0x00, 0x41, 0x01, 0x6b, 0x24, 0x00, 0x41, 0x00], // skip -= 1; 0
  ...[0x05, 0x10, 0x00, 0x0b, 0x0b], // else ask
);

/** Answers Python when it asks whether a signal is pending. */
export class SliceTimer {
  /** Python calls this function to ask for a pending signal. It returns the number of a signal, or 0. */
  readonly dueSignal: () => number;
  /** How many of the next questions WebAssembly answers with 0 on its own. */
  readonly #skip: { value: number };
  readonly #place: () => number;
  readonly #signalAt: (now: number) => number;
  readonly #now: () => number;
  /** The places that were fast when the clock was last read there, by a hash of the place. */
  readonly #fast = new Uint32Array(PLACES);
  /** How many questions WebAssembly answers between two that it passes on to this object. */
  #stride = 0;
  /** Questions since the clock was read. */
  #asked = 0;
  /** The number of questions after which the clock is read again. */
  #maxAsked = 0;
  /** What the clock showed when it was last read, in ms. */
  #lastReading = 0;

  /**
   * @param place - returns the address of the bytecode that Python executes.
   * @param signalAt - returns the signal that is due at a time in ms, or 0.
   * @param now - reads the clock, in ms.
   */
  constructor(
    place: () => number,
    signalAt: (now: number) => number,
    now: () => number = () => performance.now(),
  ) {
    this.#place = place;
    this.#signalAt = signalAt;
    this.#now = now;
    const counter = new WebAssembly.Instance(new WebAssembly.Module(COUNTER), {
      "": { ask: () => this.#ask() },
    });
    const { due, skip } = counter.exports as unknown as {
      due: () => number;
      skip: { value: number };
    };
    this.dueSignal = due;
    this.#skip = skip;
  }

  /** Forgets which places are fast, so that the next question reads the clock. */
  reset(): void {
    this.#fast.fill(0);
    this.#maxAsked = this.#stride = this.#skip.value = 0;
  }

  #ask(): number {
    this.#asked += 1 + this.#stride;
    const place = this.#place() >>> PLACE_BITS;
    const slot = place % PLACES;
    if (this.#asked < this.#maxAsked && this.#fast[slot] === place) {
      this.#skip.value = this.#stride;
      return 0;
    }
    this.#fast[slot] = place;
    const now = this.#now();
    const taken = now - this.#lastReading;
    if (taken < FAST_MS * this.#asked) {
      this.#maxAsked = MAX_QUESTIONS;
      this.#stride = Math.min(MAX_SKIPPED, Math.floor((MAX_SKIPPED_MS * this.#asked) / taken));
      this.#skip.value = this.#stride;
    } else this.reset();
    this.#lastReading = now;
    this.#asked = 0;
    return this.#signalAt(now);
  }
}
