/**
 * The clocks that a program reads, when they do not show real time: they go some times faster, or they
 * stand still until Python lets them jump, which it does when every thread waits (see virtual_time.py).
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
  rate = 1;
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
  /** So many ms it is behind: the program was paused. */
  #behind = 0;
  /** When it was told to stand still, in ms by the browser's two clocks. */
  #held: { time: number; date: number } | undefined;
  /** It has never stood still. */
  #isPunctual = true;

  /** Starts at 0; the date goes on from where it is. */
  start(rate: number): void {
    this.rate = rate;
    this.#origin = performance.now();
    this.#date = Date.now();
    this.#now = this.looks = 0;
    this.#left = PATIENCE;
  }

  /** In ns; later calls never show less. */
  get elapsed(): number {
    if (this.rate !== Infinity) {
      return Math.round((this.#time - this.#origin) * this.rate * MS);
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
    this.#held ??= { time: performance.now(), date: Date.now() };
  }

  /** Lets it go on from what it shows. */
  release(): void {
    if (this.#held) this.#behind += performance.now() - this.#held.time;
    this.#held = undefined;
  }

  /** What it has lost by standing still does not count any more. */
  forget(): void {
    this.#isPunctual = true;
    this.#behind = 0;
    this.#held = undefined;
  }

  /** In ms, of what the browser's own shows: one look, as it may go on between two. */
  get #time(): number {
    return (this.#held?.time ?? performance.now()) - this.#behind;
  }

  get #today(): number {
    return (this.#held?.date ?? Date.now()) - this.#behind;
  }

  /** WASI's `clock_time_get`, with the browser's own for real time. */
  reader(original: ReadClock, memory: () => WebAssembly.Memory | undefined): ReadClock {
    return (id, precision, address) => {
      const isShifted = this.shift !== 0 && id === MONOTONIC;
      const isOwn = this.rate === 1 && !isShifted && this.#isPunctual;
      if (isOwn || id > MONOTONIC) return original(id, precision, address);
      const shown = new BigInt64Array(memory()!.buffer, address >>> 0, 1);
      if (this.rate === 1 || isShifted) {
        const now = id === REALTIME ? this.#today : this.#time + this.shift;
        shown[0] = BigInt(Math.round(now * MS));
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
      if (this.rate !== Infinity || id > MONOTONIC) return original(id, address);
      new BigInt64Array(memory()!.buffer, address >>> 0, 1)[0] = 1n;
      return 0;
    };
  }
}
