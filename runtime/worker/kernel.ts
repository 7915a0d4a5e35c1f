/**
 * What Python threads in the worker stand on: waiting, taking turns, being interrupted.
 *
 * Each Python thread is a call on a WebAssembly stack of its own (JSPI). One runs at a time; a thread
 * gives way where it waits, at a gate, and when its time slice is over: Pyodide looks every few dozen
 * bytecode checks into an "interrupt buffer", and ours looks at the clock.
 *
 * Promises are handed to Python inside objects: one that a call returns bare makes Pyodide create a
 * future on the running event loop, which is the very loop that is about to sleep.
 */

import { Frames, type PythonMemory } from "./frames.ts";

/** How a wait ended; the same numbers as in scheduler.py. */
export const WOKEN = 0;
export const TIMED_OUT = 1;
export const INTERRUPTED = 2;

/** SIGVTALRM: "time slice over". Programs keep SIGINT for themselves. */
const SLICE_SIGNAL = 26;

/** setTimeout's largest delay. */
const LONGEST = 2 ** 31 - 1;

/** A thread alone need not give way to anyone, but messages from the page want in. */
const ALONE_MS = 20;

export interface Gate {
  promise: Promise<number>;
  open(outcome: number): void;
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
  #armed = false;
  #sliceStart = 0;
  #mainGate: Gate | undefined;
  #frames: Frames | undefined;
  readonly #channel = new MessageChannel();
  readonly #breathing: (() => void)[] = [];
  readonly #cell: Int32Array | undefined;

  constructor() {
    // A message is delivered at once; nested timers are delayed by 4 ms.
    this.#channel.port1.onmessage = () => this.#breathing.shift()?.();
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
    this.#frames = new Frames(memory);
  }

  /** Pyodide's interrupt buffer: asks for a signal when the time slice is over. */
  readonly buffer = this.#makeBuffer();

  #makeBuffer(): { 0: number } {
    const kernel = this;
    return {
      get 0() {
        if (!kernel.#armed) return 0;
        const now = performance.now();
        const slice = kernel.threads > 1 ? kernel.interval : ALONE_MS;
        if (now - kernel.#sliceStart < slice) return 0;
        kernel.#sliceStart = now;
        return SLICE_SIGNAL;
      },
      set 0(_: number) {},
    };
  }

  /** From now on running code is interrupted when its slice is over, or no longer. */
  arm(armed: boolean): void {
    this.#armed = armed;
    this.#sliceStart = performance.now();
  }

  /** A place to wait at, until someone opens it or after so many ms (none when negative). */
  gate(milliseconds: number, isMain: boolean): Gate {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let settle!: (outcome: number) => void;
    const promise = new Promise<number>((resolve) => (settle = resolve));
    const gate: Gate = {
      promise,
      open: (outcome) => {
        clearTimeout(timer);
        if (this.#mainGate === gate) this.#mainGate = undefined;
        settle(outcome);
      },
    };
    if (milliseconds >= 0) {
      timer = setTimeout(() => gate.open(TIMED_OUT), Math.min(milliseconds, LONGEST));
    }
    if (isMain) this.#mainGate = gate;
    return gate;
  }

  /** Lets whatever else wants to run do so once: other threads, timers, messages from the page. */
  breathe(): { promise: Promise<void> } {
    return {
      promise: new Promise((resolve) => {
        this.#breathing.push(resolve);
        this.#channel.port2.postMessage(0);
      }),
    };
  }

  /** Called by a thread that is about to be suspended, in order to wait. */
  end_slice(): void {
    this.#frames?.keep();
  }

  /** Called by a thread that begins, or goes on after it waited. */
  start_slice(): void {
    this.#frames?.giveBack();
    this.#sliceStart = performance.now();
  }

  /** Starts a Python function on a stack of its own, as soon as the present one waits. */
  spawn(call: PythonCall): void {
    void Promise.resolve()
      .then(() => call.callPromising())
      .finally(() => call.destroy());
  }

  /** Holds up the whole worker, where stacks cannot be switched. */
  block(milliseconds: number): void {
    if (this.#cell) {
      Atomics.wait(this.#cell, 0, 0, milliseconds);
    } else {
      for (const end = performance.now() + milliseconds; performance.now() < end;);
    }
  }

  /** Ctrl-C: wakes the main thread if it waits; else it notices at the end of its slice. */
  interrupt(): void {
    this.interrupted = true;
    this.#mainGate?.open(INTERRUPTED);
  }
}
