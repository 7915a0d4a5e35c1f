/**
 * Suspends and resumes the Python threads of this worker, when they wait and when their time slice ends.
 *
 * Each Python thread is a call on a WebAssembly stack of its own, which the engine can suspend:
 * https://webassembly.github.io/js-promise-integration/js-api/ (JSPI). One thread runs at a time. It is
 * suspended where it waits, at a gate, and when its time slice is over. Python asks for signals once in
 * a few dozen bytecode checks, and the kernel answers with a signal when the slice is over; the handler
 * of that signal then yields to the other threads.
 *
 * Paused programs: every thread stays suspended, the program's clocks stop, and wake-ups are postponed
 * until the program resumes. A step resumes one thread, and pauses the program again when this thread
 * waits or ends, or yields to other threads.
 *
 * A `Kernel` is the Python module `browser_kernel`, so the names that Python uses follow Python's
 * conventions. Promises are returned to Python inside objects, because Pyodide turns a bare promise into a
 * future of the running event loop, and that loop is the one that is about to be suspended.
 */
import { Clock } from "./clock.ts";
import { createEnvironment, type Environment, type Timer } from "./environment.ts";
import { SIGNAL_INTERVAL, type PythonMemory } from "./internals.ts";
import { SuspendedFrames } from "./suspended_frames.ts";
import { SliceTimer } from "./time_slices.ts";

/** How a wait ended. browser_runtime/scheduling/scheduler.py has the same numbers. */
export const WOKEN = 0;
export const TIMED_OUT = 1;
export const INTERRUPTED = 2;

/** SIGVTALRM reports the end of a time slice, so that programs have SIGINT to themselves. */
const SLICE_SIGNAL = 26;

/** The largest delay of `setTimeout`: https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** If less than this is left of a wait, the wait is over, because the rest comes from rounding. */
const ROUNDING_MS = 1e-6;

/** If a timer fires and more than this is left of its wait, the timer is started again. */
const MAX_EARLY_MS = 2;

/** A thread yields this often even if it is the only one, so that messages from the page are handled. */
const MAX_UNRESPONSIVE_MS = 20;

/** How many different values `try_again` gives Python's counter before it begins again. */
const RETRY_COUNTS = 7;

/** A place where one thread waits until the gate is opened. */
export interface Gate {
  /** Resolves to how the wait ended. */
  promise: Promise<number>;
  /** Whether the thread may resume: immediately, or when the program is resumed. */
  opened: boolean;
  /** Whether the promise is resolved. It is not if the gate was opened while the program was paused. */
  settled: boolean;
  open(outcome: number): void;
}

/**
 * Whether threads may resume. A step begins as "step pending": the next thread that is ready resumes, and
 * the state becomes "in step". When this thread waits or ends, or yields to other threads, the program
 * is paused again.
 */
type State = "running" | "paused" | "step pending" | "in step";

/** The time limit of a wait. While the program is paused, the time that is left does not decrease. */
interface Timeout {
  /** Real time in ms that was left at `since`. */
  left: number;
  /** The real time in ms to which the value of `left` refers. */
  since: number;
  timer: Timer | undefined;
}

/** A Python function that takes no arguments, as Pyodide passes it to JavaScript. */
interface PythonCall {
  callPromising(): Promise<unknown>;
  destroy(): void;
}

export class Kernel {
  /** Whether Ctrl+C or a signal is pending that the main thread has not handled yet. */
  interrupted = false;
  /** The length of a time slice in ms if the program has other threads, ready or waiting. */
  interval = 5;
  /** The number of threads. */
  threads = 1;
  /** For how many ms no thread has run, since the worker started. */
  idle = 0;
  /**
   * How much longer waits take than asked for, in ns of the program's clocks. Readings of `time.time`
   * have steps of 0.24 µs, and those of `datetime.now` of 1 µs, so without this margin a wait could seem
   * shorter than its timeout.
   */
  readonly margin_ns = 2000;
  /** The clock that the program reads. */
  readonly clock: Clock;
  /** Called when a step has ended and its thread is suspended. */
  onStepEnd: () => void = () => {};
  readonly #environment: Environment;
  readonly #sliceTimer: SliceTimer;
  #memory: PythonMemory | undefined;
  #frames: SuspendedFrames | undefined;
  #state: State = "running";
  /** Functions that resume the threads that must not resume yet, in the order in which they were woken. */
  readonly #postponed: (() => void)[] = [];
  readonly #resumeNextLater: () => void;
  /** Functions that resume the threads that have yielded. */
  readonly #yielded: (() => void)[] = [];
  readonly #resumeYieldedLater: () => void;
  readonly #timeouts = new Map<Gate, Timeout>();
  /** Timeouts whose timer has fired a moment before their time is over. */
  readonly #nearlyOver = new Map<Gate, Timeout>();
  readonly #endNearlyOverLater: () => void;
  #mainGate: Gate | undefined;
  /** When a thread last yielded, so that messages from the page could be handled; in ms. */
  #lastYield = 0;
  /** When the last thread was suspended, in ms; undefined while a thread runs. */
  #idleSince: number | undefined;
  /** Whether signals are sent to running code when its time slice is over. */
  #isArmed = false;
  /** When the running thread's time slice started, in ms. */
  #sliceStart = 0;
  /** The value to which `try_again` has set Python's counter last. */
  #retries = 0;
  /** Whether Python's counter was set so that the bytecode asks for signals next. */
  #isCounterShortened = false;

  constructor(environment = createEnvironment(), clock = new Clock(environment)) {
    this.#environment = environment;
    this.clock = clock;
    this.#sliceTimer = new SliceTimer(
      () => this.#frames?.bytecodeAddress() ?? 0,
      (now) => this.#signalAt(now),
      environment.now,
    );
    this.#resumeYieldedLater = environment.createTask(() => {
      this.#lastYield = this.#environment.now();
      const resume = this.#yielded.shift();
      if (resume) this.#resumeOrPostpone(resume);
    });
    this.#endNearlyOverLater = environment.createTask(() => this.#endNearlyOver());
    this.#resumeNextLater = environment.createTask(() => this.#resumePostponed());
  }

  /** Connects the kernel to Python, once that has started. */
  connect(memory: PythonMemory): void {
    this.#memory = memory;
    this.#frames = new SuspendedFrames(memory);
  }

  // --- time slices ---

  /** The function that Python calls to ask for signals, instead of reading Pyodide's interrupt buffer. */
  get dueSignal(): () => number {
    return this.#sliceTimer.dueSignal;
  }

  /** Returns the number of the signal that is due at this time in ms, or 0. */
  #signalAt(now: number): number {
    // In a paused program, Python runs only to describe its state.
    if (!this.#isArmed || this.is_paused()) return 0;
    const length = this.threads > 1 ? this.interval : MAX_UNRESPONSIVE_MS;
    if (now - this.#sliceStart < length) return 0;
    if (this.threads > 1 && !this.#isBetweenInstructions()) return 0;
    this.#sliceStart = now;
    return SLICE_SIGNAL;
  }

  /**
   * Whether the bytecode asks for signals, and not one of Python's C functions. A C function keeps the GIL
   * in CPython, and can be in the middle of a change that no other thread must see.
   *
   * Only the bytecode uses the counter, and resets it to `SIGNAL_INTERVAL` just before it asks. But when a C
   * function asks, the counter can still have this value from the last time that the bytecode asked.
   * Therefore the first call only shortens the counter, and a later call decides.
   */
  #isBetweenInstructions(): boolean {
    if (this.#isCounterShortened && this.#counter === SIGNAL_INTERVAL) {
      this.#isCounterShortened = false;
      return true;
    }
    this.#isCounterShortened = true;
    // Never upwards: a C function can ask after every instruction, and the counter must reach 0.
    this.#counter = Math.min(this.#counter, 1);
    this.#sliceTimer.reset();
    return false;
  }

  /** After how many more bytecode checks Python asks for signals. */
  get #counter(): number {
    return this.#memory!.HEAPU32[this.#memory!.__Py_emscripten_signal_clock >> 2]!;
  }

  set #counter(checks: number) {
    this.#memory!.HEAPU32[this.#memory!.__Py_emscripten_signal_clock >> 2] = checks;
  }

  /** Starts or stops sending signals to running code when its time slice is over. */
  arm(armed: boolean): void {
    this.#isArmed = armed;
    this.#sliceStart = this.#environment.now();
    const memory = this.#memory!;
    memory.HEAPU8[memory._Py_EMSCRIPTEN_SIGNAL_HANDLING] = Number(armed);
  }

  /**
   * Sends the signal again a few bytecode checks later, because the thread could not yield here.
   *
   * The number of checks changes with each call. With a constant number, a loop whose length divides it
   * would always be interrupted at the same place, where it cannot yield.
   */
  try_again(): void {
    this.#sliceStart = -Infinity;
    this.#retries = (this.#retries + 1) % RETRY_COUNTS;
    this.#counter = this.#retries;
    this.#isCounterShortened = false;
    this.#sliceTimer.reset();
  }

  // --- waiting ---

  /**
   * Creates a gate for the running thread. The gate opens by itself after this time on the program's
   * clocks, unless the time is negative, or the clocks show virtual time.
   */
  gate(milliseconds: number, isMain: boolean): Gate {
    this.#endStep();
    let settle!: (outcome: number) => void;
    const promise = new Promise<number>((resolve) => (settle = resolve));
    const gate: Gate = {
      promise,
      opened: false,
      settled: false,
      open: (outcome) => {
        // A lock that is released twice wakes the same thread twice, and a timeout can come between.
        if (gate.opened) return;
        gate.opened = true;
        this.#environment.cancelTimer(this.#timeouts.get(gate)?.timer);
        this.#timeouts.delete(gate);
        if (this.#mainGate === gate) this.#mainGate = undefined;
        this.#resumeOrPostpone(() => {
          gate.settled = true;
          settle(outcome);
        });
      },
    };
    if (isMain) this.#mainGate = gate;
    const { rate } = this.clock;
    // In virtual time no timer is needed, because Python opens the gate when it advances the clock.
    if (milliseconds >= 0 && rate !== Infinity) {
      const delay = Math.min(milliseconds / rate, MAX_DELAY_MS);
      // Rounded up for the reason that is given in `pause`.
      const left = this.#state === "running" ? delay : Math.ceil(delay);
      const timeout = { left, since: this.#environment.now(), timer: undefined };
      this.#timeouts.set(gate, timeout);
      if (this.#state !== "paused") this.#startTimer(gate, timeout);
    }
    return gate;
  }

  #startTimer(gate: Gate, timeout: Timeout): void {
    timeout.since = this.#environment.now();
    timeout.timer = this.#environment.startTimer(
      () => this.#endTimeout(gate, timeout),
      timeout.left,
    );
  }

  /**
   * Opens a gate whose timer has fired, as soon as the clock shows the end of the wait.
   *
   * Browsers round delays and clock readings, so the timer can fire too early. If little time is left,
   * the clock is read again in further tasks, because another timer would take at least 4 ms, the minimum
   * for nested timers.
   */
  #endTimeout(gate: Gate, timeout: Timeout): void {
    timeout.timer = undefined;
    const left = timeout.left - (this.#environment.now() - timeout.since);
    if (left < ROUNDING_MS) gate.open(TIMED_OUT);
    else if (left > MAX_EARLY_MS) {
      timeout.left = left;
      this.#startTimer(gate, timeout);
    } else {
      this.#nearlyOver.set(gate, timeout);
      this.#endNearlyOverLater();
    }
  }

  #endNearlyOver(): void {
    const waits = [...this.#nearlyOver];
    this.#nearlyOver.clear();
    for (const [gate, timeout] of waits) {
      if (this.#timeouts.has(gate) && !timeout.timer) this.#endTimeout(gate, timeout);
    }
  }

  /** Returns a promise that resolves after other threads, timers and messages had a chance to run. */
  yield_once(): { promise: Promise<void> } {
    if (this.threads > 1) this.#endStep();
    // If there is no other thread, yielding does not end the step: the thread resumes until it waits.
    else if (this.#state === "in step") this.#state = "step pending";
    return {
      promise: new Promise((resolve) => {
        this.#yielded.push(resolve);
        this.#resumeYieldedLater();
      }),
    };
  }

  /**
   * Passes the current step on to the thread that is ready next. Called by a thread that has yielded
   * only to let the worker handle messages, and now waits at a gate. If a step began while the thread
   * yielded, the step would otherwise end here, and show the reader nothing.
   */
  pass_step_on(gate: Gate): void {
    if (this.#state !== "in step" || gate.settled) return;
    this.pause();
    // When this timer fires, the calling thread has been suspended.
    this.#environment.startTimer(() => this.is_paused() && this.take_step(), 0);
  }

  /** Whether messages from the page have had to wait too long, so that the thread should yield. */
  must_yield(): boolean {
    // In a paused program the thread is about to be suspended anyway, and messages are handled then.
    // Yielding first would cost the reader another step.
    return !this.is_paused() && this.#environment.now() - this.#lastYield > MAX_UNRESPONSIVE_MS;
  }

  /** Saves the frames of the thread that calls this, which is about to be suspended. */
  end_slice(): void {
    this.#frames?.save();
    this.#idleSince = this.#environment.now();
  }

  /** Begins the time slice of the thread that calls this: it starts, or resumes after a suspension. */
  start_slice(): void {
    this.#frames?.restore();
    this.#sliceTimer.reset();
    this.#isCounterShortened = false;
    this.#sliceStart = this.#environment.now();
    if (this.#idleSince !== undefined) this.idle += this.#sliceStart - this.#idleSince;
    this.#idleSince = undefined;
  }

  /** Calls a Python function on a stack of its own, as soon as the running thread is suspended. */
  spawn(call: PythonCall): void {
    const start = (): void => {
      void call.callPromising().finally(() => {
        call.destroy();
        this.#endStep();
      });
    };
    void Promise.resolve().then(() => this.#resumeOrPostpone(start));
  }

  /** Blocks the whole worker for some ms of the program's time, where threads cannot be suspended. */
  block(milliseconds: number): void {
    const start = this.#environment.now();
    this.#environment.block(milliseconds / this.clock.rate);
    this.idle += this.#environment.now() - start;
  }

  // --- clocks ---

  /** Starts the program's clocks, this many times faster than real time, or in virtual time if 0. */
  start_clock(rate: number): void {
    this.clock.start(rate === 0 ? Infinity : rate);
    this.#lastYield = this.#environment.now();
  }

  /** Returns to real time. Returns how many readings have advanced virtual time. */
  stop_clock(): number {
    this.clock.rate = 1;
    return this.clock.advancingReadings;
  }

  /** The program's time since its clocks were started, in ns. */
  elapsed(): number {
    return this.clock.elapsed;
  }

  /** Advances virtual time to this many ns. */
  advance(elapsed: number | bigint): void {
    this.clock.advance(Number(elapsed));
  }

  /** Real time in ms, whatever the program's clocks show. */
  now(): number {
    return this.#environment.now();
  }

  // --- pausing and stepping ---

  /** Resumes a thread if the state allows that, or else resumes it later. */
  #resumeOrPostpone(resume: () => void): void {
    if (this.#state === "step pending") {
      this.#state = "in step";
      resume();
    } else if (this.#state === "running" && this.#postponed.length === 0) resume();
    else this.#postponed.push(resume);
  }

  /** Resumes one postponed thread per task, because each of them may pause the program again. */
  #resumePostponed(): void {
    if (this.#state !== "running") return;
    this.#postponed.shift()?.();
    if (this.#postponed.length > 0) this.#resumeNextLater();
  }

  #endStep(): void {
    if (this.#state !== "in step") return;
    this.pause();
    // When this timer fires, the thread whose step has ended is suspended.
    this.#environment.startTimer(() => this.is_paused() && this.onStepEnd(), 0);
  }

  /** Keeps all suspended threads suspended, and stops the program's clocks and timers. */
  pause(): void {
    if (this.is_paused()) return;
    this.#state = "paused";
    this.clock.pause();
    const now = this.#environment.now();
    this.#nearlyOver.clear();
    for (const timeout of this.#timeouts.values()) {
      this.#environment.cancelTimer(timeout.timer);
      // Rounded up, because browsers round times, so that a timer can fire up to 1 ms early:
      // https://github.com/web-platform-tests/wpt/pull/57314
      // A thread that is resumed before its time would wait again, and its step would show nothing.
      timeout.left = Math.ceil(Math.max(0, timeout.left - (now - timeout.since)));
    }
  }

  /** Resumes the program, and all threads that were woken while it was paused. */
  resume(): void {
    this.#leavePause("running");
    this.#resumePostponed();
  }

  /** Lets one thread run for a step: the running thread if `isRunning`, and otherwise the next one. */
  take_step(isRunning = false): void {
    this.#leavePause(isRunning ? "in step" : "step pending");
    if (isRunning) return;
    const resume = this.#postponed.shift();
    if (resume) this.#resumeOrPostpone(resume);
  }

  is_paused(): boolean {
    return this.#state === "paused";
  }

  #leavePause(state: State): void {
    const wasPaused = this.is_paused();
    this.#state = state;
    if (!wasPaused) return;
    this.clock.resume();
    for (const [gate, timeout] of this.#timeouts) this.#startTimer(gate, timeout);
  }

  /**
   * Lets the main thread handle Ctrl+C or another signal: wakes it if it waits. If it runs, it handles the
   * signal when its time slice ends. A paused program is resumed.
   */
  interrupt(): void {
    this.interrupted = true;
    this.resume();
    this.#mainGate?.open(INTERRUPTED);
  }
}
