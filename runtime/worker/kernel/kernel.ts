/**
 * What Python threads in the worker stand on: waiting, taking turns, being interrupted.
 *
 * Each Python thread is a call on a WebAssembly stack of its own (JSPI). One runs at a time; a thread
 * gives way where it waits, at a gate, and when its time slice is over: Python asks every few dozen
 * bytecode checks for signals, and we look at the clock.
 *
 * Promises are handed to Python inside objects: one that a call returns bare makes Pyodide create a
 * future on the running event loop, which is the very loop that is about to sleep.
 */

import { Clock } from "./clock.ts";
import { Frames, type FrameMemory } from "./frames.ts";
import { Pace } from "./time_slices.ts";

/** How a wait ended; the same numbers as in scheduler.py. */
export const WOKEN = 0;
export const TIMED_OUT = 1;
export const INTERRUPTED = 2;

/** SIGVTALRM: "time slice over". Programs keep SIGINT for themselves. */
const SLICE_SIGNAL = 26;

/** Python asks for signals after so many bytecode checks. */
const COUNT = 50;

/** setTimeout's largest delay. */
const LONGEST = 2 ** 31 - 1;

/** A thread alone need not give way to anyone, but messages from the page want in. */
const ALONE_MS = 20;

/** The parts of Pyodide's Emscripten module that are needed here and for `Frames`. */
export interface PythonMemory extends FrameMemory {
  /** Address of the flag that makes Python ask for signals at all. */
  _Py_EMSCRIPTEN_SIGNAL_HANDLING: number;
  /** Address of the count down to the next time it asks. */
  __Py_emscripten_signal_clock: number;
}

export interface Gate {
  promise: Promise<number>;
  /** Whoever waits there goes on, now or when the program does. */
  opened: boolean;
  /** Whoever waits there has been let on: opened while the program is paused, it is not yet. */
  settled: boolean;
  open(outcome: number): void;
}

/**
 * Whether the program goes on. Paused, all its threads stay suspended. For one turn: whoever may go on
 * next does, until it waits or its slice is over; then the program is paused again.
 */
type Motion = "going" | "paused" | "one turn" | "in its turn";

/** A wait that the clock ends. */
interface Timed {
  /** In ms of real time, from `since` on; while the program is paused none of it passes. */
  left: number;
  since: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

interface PythonCall {
  callPromising(): Promise<unknown>;
  destroy(): void;
}

export class Kernel {
  /** Stop was pressed, and the main thread does not know yet. */
  interrupted = false;
  /** How long a thread may run while others want to, in ms. */
  interval = 5;
  /** How many threads there are. */
  threads = 1;
  /** For how long no thread has run while a program waited, in ms. */
  idle = 0;
  /** What the program reads. */
  readonly clock = new Clock();
  #idleSince: number | undefined;
  #breathed = 0;
  #armed = false;
  #sliceStart = 0;
  #attempts = 0;
  #shortened = false;
  #mainGate: Gate | undefined;
  #memory: PythonMemory | undefined;
  #frames: Frames | undefined;
  readonly #pace = new Pace(
    () => this.#frames?.place() ?? 0,
    (now) => this.#signalAt(now),
  );
  readonly #channel = new MessageChannel();
  readonly #breathing: (() => void)[] = [];
  readonly #cell: Int32Array | undefined;
  #motion: Motion = "going";
  /** What goes on when the program does. */
  readonly #held: (() => void)[] = [];
  readonly #draining = new MessageChannel();
  readonly #timed = new Map<Gate, Timed>();
  /** Called when the program has paused after a turn, once nothing of it runs. */
  onTurnOver: () => void = () => {};

  constructor() {
    // A message is delivered at once; nested timers are delayed by 4 ms.
    this.#channel.port1.onmessage = () => {
      this.#breathed = performance.now();
      const goOn = this.#breathing.shift();
      if (goOn) this.#let(goOn);
    };
    this.#draining.port1.onmessage = () => this.#drain();
    try {
      // The SharedArrayBuffer constructor is hidden on pages without COOP/COEP headers; a shared
      // memory's buffer is one all the same, and waiting on it is allowed in workers.
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      this.#cell = new Int32Array(memory.buffer);
    } catch {
      // Then `block` spins.
    }
  }

  /** To be called once, when Python has started. */
  connect(memory: PythonMemory): void {
    this.#memory = memory;
    this.#frames = new Frames(memory);
  }

  /** Stands in for Pyodide's look into its interrupt buffer: the number of a signal, or 0. */
  get dueSignal(): () => number {
    return this.#pace.due;
  }

  #signalAt(now: number): number {
    // Paused, Python runs only to tell how everything stands.
    if (!this.#armed || this.is_paused()) return 0;
    if (now - this.#sliceStart < (this.threads > 1 ? this.interval : ALONE_MS)) return 0;
    if (this.threads > 1 && !this.#isBetweenInstructions()) return 0;
    this.#sliceStart = now;
    return SLICE_SIGNAL;
  }

  /**
   * Whether the bytecode asks, not one of Python's C functions. Those keep the GIL on CPython, and
   * some of them are in the middle of something that no other thread must see.
   *
   * Only the bytecode counts, from the usual number down to 0, and begins anew as it asks. The first
   * time that may have been before, so the count is shortened, and the answer comes with the next.
   */
  #isBetweenInstructions(): boolean {
    if (this.#shortened && this.#countDown === COUNT) {
      this.#shortened = false;
      return true;
    }
    this.#shortened = true;
    // Not upwards: a C function may ask after each instruction.
    this.#countDown = Math.min(this.#countDown, 1);
    this.#pace.forget();
    return false;
  }

  get #countDown(): number {
    return this.#memory!.HEAPU32[this.#memory!.__Py_emscripten_signal_clock >> 2]!;
  }

  set #countDown(checks: number) {
    this.#memory!.HEAPU32[this.#memory!.__Py_emscripten_signal_clock >> 2] = checks;
  }

  /** From now on running code is interrupted when its slice is over, or no longer. */
  arm(armed: boolean): void {
    this.#armed = armed;
    this.#sliceStart = performance.now();
    const memory = this.#memory!;
    memory.HEAPU8[memory._Py_EMSCRIPTEN_SIGNAL_HANDLING] = Number(armed);
  }

  /**
   * The slice is over, but the thread could not be interrupted here: try again a few checks later.
   *
   * How many differs from time to time. In a loop, the usual number leads to the same place again.
   */
  try_again(): void {
    this.#sliceStart = -Infinity;
    this.#attempts = (this.#attempts + 1) % 7;
    this.#countDown = this.#attempts;
    this.#shortened = false;
    this.#pace.forget();
  }

  /** A place to wait at, until someone opens it or after so many ms (none when negative). */
  gate(milliseconds: number, isMain: boolean): Gate {
    this.#endTurn();
    let settle!: (outcome: number) => void;
    const promise = new Promise<number>((resolve) => (settle = resolve));
    const gate: Gate = {
      promise,
      opened: false,
      settled: false,
      open: (outcome) => {
        // A lock that is released twice wakes the same thread twice; so may a timeout.
        if (gate.opened) return;
        gate.opened = true;
        clearTimeout(this.#timed.get(gate)?.timer);
        this.#timed.delete(gate);
        if (this.#mainGate === gate) this.#mainGate = undefined;
        this.#let(() => {
          gate.settled = true;
          settle(outcome);
        });
      },
    };
    const { rate } = this.clock;
    // Without waiting, it is Python that opens it in time.
    if (milliseconds >= 0 && rate !== Infinity) {
      const short = Math.min(milliseconds / rate, LONGEST);
      const left = this.#motion === "going" ? short : Math.ceil(short);
      const timed = { left, since: performance.now(), timer: undefined };
      this.#timed.set(gate, timed);
      if (this.#motion !== "paused") this.#start(gate, timed);
    }
    if (isMain) this.#mainGate = gate;
    return gate;
  }

  #start(gate: Gate, timed: Timed): void {
    timed.since = performance.now();
    timed.timer = setTimeout(() => gate.open(TIMED_OUT), timed.left);
  }

  /** Lets whatever else wants to run do so once: other threads, timers, messages from the page. */
  breathe(): { promise: Promise<void> } {
    // A thread alone keeps its turn until it waits.
    if (this.threads > 1) this.#endTurn();
    else if (this.#motion === "in its turn") this.#motion = "one turn";
    return {
      promise: new Promise((resolve) => {
        this.#breathing.push(resolve);
        this.#channel.port2.postMessage(0);
      }),
    };
  }

  /**
   * Called by a thread that has breathed and is about to wait at this gate. If the program was paused
   * meanwhile, this thread has been given a turn only to come here: the turn is the next one's.
   */
  end_breath(gate: Gate): void {
    if (this.#motion !== "in its turn" || gate.settled) return;
    this.pause();
    // The thread is about to be suspended.
    setTimeout(() => this.is_paused() && this.take_turn(), 0);
  }

  /** Called by a thread that is about to be suspended, in order to wait. */
  end_slice(): void {
    this.#frames?.keep();
    this.#idleSince = performance.now();
  }

  /** Called by a thread that begins, or goes on after it waited. */
  start_slice(): void {
    this.#frames?.giveBack();
    this.#pace.forget();
    this.#shortened = false;
    this.#sliceStart = performance.now();
    if (this.#idleSince !== undefined) this.idle += this.#sliceStart - this.#idleSince;
    this.#idleSince = undefined;
  }

  /** Starts a Python function on a stack of its own, as soon as the present one waits. */
  spawn(call: PythonCall): void {
    const begin = (): void => {
      void call.callPromising().finally(() => {
        call.destroy();
        this.#endTurn();
      });
    };
    void Promise.resolve().then(() => this.#let(begin));
  }

  /** Holds up the whole worker, where stacks cannot be switched. */
  block(milliseconds: number): void {
    milliseconds /= this.clock.rate;
    const start = performance.now();
    if (this.#cell) {
      Atomics.wait(this.#cell, 0, 0, milliseconds);
    } else {
      while (performance.now() < start + milliseconds);
    }
    this.idle += performance.now() - start;
  }

  /** Lets the program's clocks begin, so many times faster than real time; 0: without waiting. */
  start_clock(rate: number): void {
    this.clock.start(rate === 0 ? Infinity : rate);
    this.#breathed = performance.now();
  }

  /** Makes them real again; returns how often a look at them has taken time. */
  stop_clock(): number {
    this.clock.rate = 1;
    return this.clock.looks;
  }

  /** What the program's clocks show, in ns since they began. */
  elapsed(): number {
    return this.clock.elapsed;
  }

  /** Lets them jump forward, to what they are to show. */
  jump(elapsed: number | bigint): void {
    this.clock.jump(Number(elapsed));
  }

  /** Whether messages from the page have not been let in for some time, and are not about to be. */
  is_breathless(): boolean {
    // Whoever pauses lets them in by that, and a breath would be a turn of its own.
    return !this.is_paused() && performance.now() - this.#breathed > ALONE_MS;
  }

  /** Real time in ms, whatever the program's clocks show. */
  now(): number {
    return performance.now();
  }

  /** Lets what is suspended go on, or not before the program does. */
  #let(goOn: () => void): void {
    if (this.#motion === "one turn") {
      this.#motion = "in its turn";
      goOn();
    } else if (this.#motion === "going" && this.#held.length === 0) goOn();
    else this.#held.push(goOn);
  }

  /** One after the other: each may pause the program again before the next has gone on. */
  #drain(): void {
    if (this.#motion !== "going") return;
    this.#held.shift()?.();
    if (this.#held.length > 0) this.#draining.port2.postMessage(0);
  }

  #endTurn(): void {
    if (this.#motion !== "in its turn") return;
    this.pause();
    // The thread is about to be suspended.
    setTimeout(() => this.is_paused() && this.onTurnOver(), 0);
  }

  /** From now on whatever is suspended stays so, and the program's clocks stand still. */
  pause(): void {
    if (this.is_paused()) return;
    this.#motion = "paused";
    this.clock.hold();
    const now = performance.now();
    for (const timed of this.#timed.values()) {
      clearTimeout(timed.timer);
      // Timers come up to 1 ms early, and who then waits again has had a turn for nothing.
      timed.left = Math.ceil(Math.max(0, timed.left - (now - timed.since)));
    }
  }

  /** Ends that. */
  resume(): void {
    this.#release("going");
    this.#drain();
  }

  /** Ends that for one turn of one thread; the running one's, if one runs. */
  take_turn(isRunning = false): void {
    this.#release(isRunning ? "in its turn" : "one turn");
    if (isRunning) return;
    const goOn = this.#held.shift();
    if (goOn) this.#let(goOn);
  }

  is_paused(): boolean {
    return this.#motion === "paused";
  }

  #release(motion: Motion): void {
    const wasPaused = this.is_paused();
    this.#motion = motion;
    if (!wasPaused) return;
    this.clock.release();
    for (const [gate, timed] of this.#timed) this.#start(gate, timed);
  }

  /** Ctrl-C: wakes the main thread if it waits; else it notices at the end of its slice. */
  interrupt(): void {
    this.interrupted = true;
    this.resume();
    this.#mainGate?.open(INTERRUPTED);
  }
}
