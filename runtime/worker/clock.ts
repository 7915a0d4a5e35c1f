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
      return Math.round((performance.now() - this.#origin) * this.pace * MS);
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

  /** WASI's `clock_time_get`, with the browser's own for real time. */
  reader(original: ReadClock, memory: () => WebAssembly.Memory | undefined): ReadClock {
    return (id, precision, address) => {
      const isShifted = this.shift !== 0 && id === MONOTONIC;
      if ((this.pace === 1 && !isShifted) || id > MONOTONIC) {
        return original(id, precision, address);
      }
      const date = id === REALTIME ? BigInt(this.#date) * BigInt(MS) : 0n;
      const shown = isShifted ? Math.round((performance.now() + this.shift) * MS) : this.elapsed;
      new BigInt64Array(memory()!.buffer, address >>> 0, 1)[0] = date + BigInt(shown);
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
