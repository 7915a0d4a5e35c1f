/**
 * The clocks that a program reads. They can run faster than real time, or show virtual time, which
 * as a rule advances only when every thread waits; see
 * runtime/python/browser_runtime/scheduling/virtual_time.py.
 *
 * The date is the monotonic clock plus a constant, so that a program can measure a wait with either clock.
 * `Date.now()` alone would not do: it has steps of 1 ms, so a wait could seem 1 ms too short.
 *
 * Every clock of Python except those for processor time, and `datetime` too, calls one function of
 * WASI, which `JavaScriptBoundary` redirects to this module.
 */
import { createEnvironment, type Environment } from "./environment.ts";

/** WASI's numbers of the clocks that are replaced. Clocks with higher numbers measure processor time. */
const REALTIME = 0;
const MONOTONIC = 1;

const NS_PER_MS = 1e6;
const NS_PER_US = 1000n;
const NS_PER_S = 1_000_000_000n;

/**
 * If the browser's date differs from the date of this module by more than this, it has been set, or the
 * computer has slept. The constant is then calculated anew.
 */
const MAX_DRIFT_MS = 1000;

/**
 * How many readings per second `time.time` can distinguish: it returns a float, and the distance between
 * two floats near the present date is the inverse of this number.
 */
const DATE_STEPS_PER_S = 2 ** 22;

/**
 * A program that reads virtual time this often without waiting is in a loop that waits for a certain
 * time. From then on each reading advances the clock, because otherwise the loop would never end.
 */
const MAX_STILL_READINGS = 1_000_000;
/** By how much each of these readings advances the clock. */
const READING_NS = 10_000;

/** The steps in which `#advanceDate` increases a date. They are smaller than the steps of any reading. */
const DATE_INCREMENT_NS = 60n;

type ClockEnvironment = Pick<Environment, "now" | "date" | "origin">;

export type ReadClock = (id: number, precision: bigint, address: number) => number;
export type ResolveClock = (id: number, address: number) => number;

/** What `time.time` shows at a date in ns. CPython also rounds twice: to a float, and after dividing. */
function inSeconds(date: bigint): number {
  return date % NS_PER_S === 0n ? Number(date / NS_PER_S) : Number(date) / 1e9;
}

export class Clock {
  /** How many times faster than real time the clocks run; infinite for virtual time. */
  rate = 1;
  /** How many ms are added to this worker's monotonic clock, so that it agrees in all processes. */
  offset = 0;
  /** How many readings have advanced virtual time. */
  advancingReadings = 0;
  readonly #environment: ClockEnvironment;
  /** How many further readings do not advance virtual time. */
  #stillReadings = MAX_STILL_READINGS;
  /** Real time in ms when the program's clocks were started. */
  #startTime = 0;
  /** The date in ms when the program's clocks were started. */
  #startDate = 0;
  /** Virtual time in ns since the program's clocks were started. */
  #virtualTime = 0;
  /** How many ns the date has gained on virtual time; see `#advanceDate`. */
  #dateLead = 0n;
  /** The date in ms at which the browser's monotonic clock shows 0. */
  #dateOrigin: number;
  /** For how many ms the program has been paused. */
  #pausedFor = 0;
  /** When the program was paused, by the browser's two clocks in ms; undefined while it runs. */
  #pausedAt: { time: number; date: number } | undefined;
  /** Whether the program has ever been paused, so that its clocks are behind the browser's. */
  #hasPaused = false;

  constructor(environment: ClockEnvironment = createEnvironment()) {
    this.#environment = environment;
    this.#dateOrigin = environment.origin;
  }

  /** Restarts the program's clocks at this rate: elapsed time at 0, and the date at the real date. */
  start(rate: number): void {
    this.rate = rate;
    this.#startTime = this.#environment.now();
    this.#startDate = this.#environment.date();
    this.#dateLead = 0n;
    this.#virtualTime = this.advancingReadings = 0;
    this.#stillReadings = MAX_STILL_READINGS;
  }

  /** The program's time since `start`, in ns. It never decreases, and reading it can advance it. */
  get elapsed(): number {
    if (this.rate !== Infinity) {
      return Math.round((this.#time - this.#startTime) * this.rate * NS_PER_MS);
    }
    if (this.#stillReadings > 0) this.#stillReadings -= 1;
    else {
      this.#virtualTime += READING_NS;
      this.advancingReadings += 1;
    }
    return this.#virtualTime;
  }

  /** Advances virtual time to this many ns since `start`. */
  advance(to: number): void {
    if (to > this.#virtualTime) this.#advanceDate(to);
    this.#virtualTime = Math.max(this.#virtualTime, to);
    this.#stillReadings = MAX_STILL_READINGS;
  }

  /**
   * Advances the date by a little more than virtual time, if the program's readings of the date before and
   * after a wait would otherwise differ by less than the wait has taken. The readings are rounded: those of
   * `time.time` have steps of 0.24 µs, and those of `datetime.now` of 1 µs. Durations on the monotonic
   * clock remain exact.
   */
  #advanceDate(to: number): void {
    const taken = BigInt(to) - BigInt(this.#virtualTime);
    const before = this.#virtualDate(this.#virtualTime);
    const end = before + taken;
    let after = end;
    const microseconds = (taken + NS_PER_US - 1n) / NS_PER_US;
    if (after / NS_PER_US - before / NS_PER_US < microseconds) {
      after = (before / NS_PER_US + microseconds) * NS_PER_US;
    }
    const steps = (date: bigint) => BigInt(inSeconds(date) * DATE_STEPS_PER_S);
    const enough = steps(before) * NS_PER_S + taken * BigInt(DATE_STEPS_PER_S);
    while (steps(after) * NS_PER_S < enough) after += DATE_INCREMENT_NS;
    this.#dateLead += after - end;
  }

  /** The program's date in ns, at this time in ns since its clocks were started. */
  #virtualDate(elapsed: number): bigint {
    return BigInt(this.#startDate) * BigInt(NS_PER_MS) + BigInt(elapsed) + this.#dateLead;
  }

  pause(): void {
    this.#hasPaused = true;
    this.#pausedAt ??= { time: this.#environment.now(), date: this.#environment.date() };
  }

  /** Lets the clocks continue from the time that they show during the pause. */
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
    const time = this.#time;
    const date = (this.#pausedAt?.date ?? this.#environment.date()) - this.#pausedFor;
    if (Math.abs(date - this.#dateOrigin - time) > MAX_DRIFT_MS) this.#dateOrigin = date - time;
    return this.#dateOrigin + time;
  }

  /** Wraps WASI's `clock_time_get`; `original` reads the browser's own clocks. */
  reader(original: ReadClock, memory: () => WebAssembly.Memory | undefined): ReadClock {
    return (id, precision, address) => {
      const isShifted = this.offset !== 0 && id === MONOTONIC;
      const isReal = this.rate === 1 && !isShifted && !this.#hasPaused && id === MONOTONIC;
      if (isReal || id > MONOTONIC) return original(id, precision, address);
      const result = new BigInt64Array(memory()!.buffer, address >>> 0, 1);
      if (this.rate === 1 || isShifted) {
        const now = id === REALTIME ? this.#date : this.#time + this.offset;
        result[0] = BigInt(Math.round(now * NS_PER_MS));
      } else {
        const { elapsed } = this;
        result[0] = id === REALTIME ? this.#virtualDate(elapsed) : BigInt(elapsed);
      }
      return 0;
    };
  }

  /**
   * Wraps WASI's `clock_res_get`: both replaced clocks have the same resolution, 1 ns in virtual time.
   */
  resolution(original: ResolveClock, memory: () => WebAssembly.Memory | undefined): ResolveClock {
    return (id, address) => {
      if (id > MONOTONIC) return original(id, address);
      if (this.rate !== Infinity) return original(MONOTONIC, address);
      new BigInt64Array(memory()!.buffer, address >>> 0, 1)[0] = 1n;
      return 0;
    };
  }
}
