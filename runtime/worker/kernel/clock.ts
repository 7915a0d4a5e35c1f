/**
 * The clocks that a program reads. They can run faster than real time, or show virtual time, which
 * as a rule advances only when every thread waits; see virtual_time.py.
 *
 * Every clock of Python except those for processor time, and `datetime` too, calls one function of
 * WASI, which `JavaScriptBoundary` redirects to this module.
 */
import { createEnvironment, type Environment } from "./environment.ts";

/** WASI's numbers of the clocks that are replaced. Clocks with higher numbers measure processor time. */
const REALTIME = 0;
const MONOTONIC = 1;

const NS_PER_MS = 1e6;

/**
 * A program that reads virtual time this often without waiting is in a loop that waits for a certain
 * time. From then on each reading advances the clock, because otherwise the loop would never end.
 */
const FREE_READINGS = 1_000_000;
const READING_NS = 10_000;

export type ReadClock = (id: number, precision: bigint, address: number) => number;
export type ResolveClock = (id: number, address: number) => number;

export class Clock {
  /** How many times faster than real time the clocks run; infinite for virtual time. */
  rate = 1;
  /** How many ms are added to this worker's monotonic clock, so that it agrees in all processes. */
  offset = 0;
  /** How many readings have advanced virtual time. */
  paidReadings = 0;
  readonly #environment: Pick<Environment, "now" | "date">;
  #freeReadings = FREE_READINGS;
  /** Real time in ms when the program's clocks were started. */
  #startTime = 0;
  /** The date in ms when the program's clocks were started. */
  #startDate = 0;
  /** Virtual time in ns. */
  #virtual = 0;
  /** For how many ms the program has been paused. */
  #pausedFor = 0;
  /** When the program was paused, by the browser's two clocks in ms; undefined while it runs. */
  #pausedAt: { time: number; date: number } | undefined;
  /** Whether the program has ever been paused, so that its clocks are behind the browser's. */
  #hasPaused = false;

  constructor(environment: Pick<Environment, "now" | "date"> = createEnvironment()) {
    this.#environment = environment;
  }

  /** Restarts the program's clocks at this rate: elapsed time at 0, and the date at the real date. */
  start(rate: number): void {
    this.rate = rate;
    this.#startTime = this.#environment.now();
    this.#startDate = this.#environment.date();
    this.#virtual = this.paidReadings = 0;
    this.#freeReadings = FREE_READINGS;
  }

  /** The program's time since `start`, in ns. It never decreases, and reading it can advance it. */
  get elapsed(): number {
    if (this.rate !== Infinity) {
      return Math.round((this.#time - this.#startTime) * this.rate * NS_PER_MS);
    }
    if (this.#freeReadings > 0) this.#freeReadings -= 1;
    else {
      this.#virtual += READING_NS;
      this.paidReadings += 1;
    }
    return this.#virtual;
  }

  /** Advances virtual time to this many ns since `start`. */
  advance(to: number): void {
    this.#virtual = Math.max(this.#virtual, to);
    this.#freeReadings = FREE_READINGS;
  }

  pause(): void {
    this.#hasPaused = true;
    this.#pausedAt ??= { time: this.#environment.now(), date: this.#environment.date() };
  }

  /** Lets the clocks continue from the time that they have shown during the pause. */
  resume(): void {
    if (this.#pausedAt) this.#pausedFor += this.#environment.now() - this.#pausedAt.time;
    this.#pausedAt = undefined;
  }

  /** Forgets all pauses, so that the clocks of the next program agree with the browser's. */
  forgetPauses(): void {
    this.#hasPaused = false;
    this.#pausedFor = 0;
    this.#pausedAt = undefined;
  }

  /** Real time in ms without the pauses. */
  get #time(): number {
    return (this.#pausedAt?.time ?? this.#environment.now()) - this.#pausedFor;
  }

  get #date(): number {
    return (this.#pausedAt?.date ?? this.#environment.date()) - this.#pausedFor;
  }

  /** Wraps WASI's `clock_time_get`; `original` reads the browser's own clocks. */
  reader(original: ReadClock, memory: () => WebAssembly.Memory | undefined): ReadClock {
    return (id, precision, address) => {
      const isShifted = this.offset !== 0 && id === MONOTONIC;
      const isReal = this.rate === 1 && !isShifted && !this.#hasPaused;
      if (isReal || id > MONOTONIC) return original(id, precision, address);
      const result = new BigInt64Array(memory()!.buffer, address >>> 0, 1);
      if (this.rate === 1 || isShifted) {
        const now = id === REALTIME ? this.#date : this.#time + this.offset;
        result[0] = BigInt(Math.round(now * NS_PER_MS));
      } else {
        const start = id === REALTIME ? BigInt(this.#startDate) * BigInt(NS_PER_MS) : 0n;
        result[0] = start + BigInt(this.elapsed);
      }
      return 0;
    };
  }

  /** Wraps WASI's `clock_res_get`: virtual time has a resolution of 1 ns. */
  resolution(original: ResolveClock, memory: () => WebAssembly.Memory | undefined): ResolveClock {
    return (id, address) => {
      if (this.rate !== Infinity || id > MONOTONIC) return original(id, address);
      new BigInt64Array(memory()!.buffer, address >>> 0, 1)[0] = 1n;
      return 0;
    };
  }
}
