/**
 * The clocks that a program reads, when they do not show real time: they go some times faster, or they
 * stand still until Python lets them jump, which it does when every thread waits (see pace.py).
 *
 * All of Python's clocks but those of the processor, `datetime`'s included, end in one function of
 * WASI, which `Watch` lets pass through here.
 */

/** WASI's numbers. */
const REALTIME = 0;
const MONOTONIC = 1;

const MS = 1e6;

/**
 * A program that has looked at the clock so often without waiting waits for the time to come: then
 * each look takes some, or it would never end.
 */
const PATIENCE = 1_000_000;
const LOOK_NS = 10_000;

export type ReadClock = (id: number, precision: bigint, address: number) => number;
export type ResolveClock = (id: number, address: number) => number;

export class Clock {
  /** So many times faster than real time; infinite: waiting takes none. */
  pace = 1;
  /** So many ms the monotonic clock is ahead of this worker's: processes have one in common. */
  shift = 0;
  /** Looks that have taken time. */
  looks = 0;
  #left = PATIENCE;
  /** Real times when it was started, in ms. */
  #origin = 0;
  #date = 0;
  /** What it shows, in ns, when it goes only by jumps. */
  #now = 0;
  /** So many ms it is behind, and since when it stands still: the program was halted. */
  #behind = 0;
  #held: number | undefined;
  /** It has never stood still. */
  #isPunctual = true;

  /** Starts at 0; the date goes on from where it is. */
  start(pace: number): void {
    this.pace = pace;
    this.#origin = performance.now();
    this.#date = Date.now();
    this.#now = this.looks = 0;
    this.#left = PATIENCE;
  }

  /** In ns; later calls never show less. */
  get elapsed(): number {
    if (this.pace !== Infinity) {
      return Math.round((performance.now() - this.#lost - this.#origin) * this.pace * MS);
    }
    if (this.#left > 0) this.#left -= 1;
    else {
      this.#now += LOOK_NS;
      this.looks += 1;
    }
    return this.#now;
  }

  /** Lets it jump forward, to what it is to show in ns. */
  jump(to: number): void {
    this.#now = Math.max(this.#now, to);
    this.#left = PATIENCE;
  }

  /** Lets it stand still from now on. */
  hold(): void {
    this.#isPunctual = false;
    this.#held ??= performance.now();
  }

  /** Lets it go on from what it shows. */
  release(): void {
    this.#behind = this.#lost;
    this.#held = undefined;
  }

  /** What it has lost by standing still does not count any more. */
  forget(): void {
    this.#isPunctual = true;
    this.#behind = 0;
    this.#held = undefined;
  }

  /** In ms. */
  get #lost(): number {
    return this.#held === undefined ? this.#behind : this.#behind + performance.now() - this.#held;
  }

  /** WASI's `clock_time_get`, with the browser's own for real time. */
  reader(original: ReadClock, memory: () => WebAssembly.Memory | undefined): ReadClock {
    return (id, precision, address) => {
      const isShifted = this.shift !== 0 && id === MONOTONIC;
      const isReal = this.pace === 1 && !isShifted;
      if ((isReal && this.#isPunctual) || id > MONOTONIC) return original(id, precision, address);
      if (isReal) original(id, precision, address);
      const shown = new BigInt64Array(memory()!.buffer, address >>> 0, 1);
      if (isReal) shown[0]! -= BigInt(Math.round(this.#lost * MS));
      else if (isShifted) {
        shown[0] = BigInt(Math.round((performance.now() - this.#lost + this.shift) * MS));
      } else {
        const date = id === REALTIME ? BigInt(this.#date) * BigInt(MS) : 0n;
        shown[0] = date + BigInt(this.elapsed);
      }
      return 0;
    };
  }

  /** WASI's `clock_res_get`, likewise. */
  resolution(original: ResolveClock, memory: () => WebAssembly.Memory | undefined): ResolveClock {
    return (id, address) => {
      if (this.pace !== Infinity || id > MONOTONIC) return original(id, address);
      new BigInt64Array(memory()!.buffer, address >>> 0, 1)[0] = 1n;
      return 0;
    };
  }
}
