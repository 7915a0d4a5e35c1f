/**
 * Looks at the clock when Python asks for signals, but leaves out what it can.
 *
 * Python asks every fifty bytecode checks and in some of its C functions: every 0.2 to 3 µs. Reading
 * the clock takes up to 1 µs, in Firefox a call into JavaScript takes 0.1 µs (on a virtual machine).
 * So a few questions are answered in WebAssembly, and where the bytecode was quick before, most reads
 * are left out; but not where the program has just come to, which may be a loop around long calls.
 */

/** Bytecode as near as this counts as one place, in bits of its address: 64 instructions. */
const PLACE = 7;
const PLACES = 256;

/** Questions to one reading of the clock, where it is quick. */
const QUESTIONS = 256;

/** Quick is what takes less than this from question to question, in ms. */
const QUICK = 0.05;

/** So long and so often at most the place is not looked at either. */
const BLIND_MS = 0.01;
const BLIND = 16;

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

export class Pace {
  /** What Python is to ask: returns the number of a signal, or 0. */
  readonly due: () => number;
  readonly #skip: { value: number };
  readonly #place: () => number;
  readonly #signal: (now: number) => number;
  readonly #quick = new Uint32Array(PLACES);
  #stride = 0;
  #asked = 0;
  #most = 0;
  #read = 0;

  /**
   * @param place - tells the address of the bytecode that runs.
   * @param signal - tells which signal is due at this time in ms, 0 for none.
   */
  constructor(place: () => number, signal: (now: number) => number) {
    this.#place = place;
    this.#signal = signal;
    const counter = new WebAssembly.Instance(new WebAssembly.Module(COUNTER), {
      "": { ask: () => this.#ask() },
    });
    const { due, skip } = counter.exports as unknown as {
      due: () => number;
      skip: { value: number };
    };
    this.due = due;
    this.#skip = skip;
  }

  /** From now on nothing is known to be quick. */
  forget(): void {
    this.#quick.fill(0);
    this.#most = this.#stride = this.#skip.value = 0;
  }

  #ask(): number {
    this.#asked += 1 + this.#stride;
    const place = this.#place() >>> PLACE;
    const slot = place % PLACES;
    if (this.#asked < this.#most && this.#quick[slot] === place) {
      this.#skip.value = this.#stride;
      return 0;
    }
    this.#quick[slot] = place;
    const now = performance.now();
    const taken = now - this.#read;
    if (taken < QUICK * this.#asked) {
      this.#most = QUESTIONS;
      this.#stride = Math.min(BLIND, Math.floor((BLIND_MS * this.#asked) / taken));
      this.#skip.value = this.#stride;
    } else this.forget();
    this.#read = now;
    this.#asked = 0;
    return this.#signal(now);
  }
}
