/** The parts of the browser that the kernel uses, so that unit tests can replace them by fakes. */

/** What `setTimeout` returned. */
export type Timer = ReturnType<typeof setTimeout>;

export interface Environment {
  /** Real time in ms; it never goes backwards. */
  now(): number;
  /** The date in ms since 1970 at which `now` showed 0. */
  origin: number;
  /** The date in ms since 1970. */
  date(): number;
  startTimer(callback: () => void, milliseconds: number): Timer;
  cancelTimer(timer: Timer | undefined): void;
  /** Returns a function that queues `callback` as a task of the browser's event loop. */
  createTask(callback: () => void): () => void;
  /** Blocks this worker: in this time, it runs no Python thread, no timer and no message handler. */
  block(milliseconds: number): void;
}

/**
 * A memory cell that nothing ever changes, for `Atomics.wait`.
 *
 * Only pages with the headers COOP and COEP have the constructor `SharedArrayBuffer`, but shared
 * WebAssembly memory is available without them, and waiting for its buffer is allowed in workers:
 * https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/SharedArrayBuffer/Planned_changes
 */
function createSharedCell(): Int32Array | undefined {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return new Int32Array(memory.buffer);
  } catch {
    return undefined;
  }
}

/** The environment of a real worker. */
export function createEnvironment(): Environment {
  const cell = createSharedCell();
  return {
    now: () => performance.now(),
    origin: performance.timeOrigin,
    date: () => Date.now(),
    startTimer: (callback, milliseconds) => setTimeout(callback, milliseconds),
    cancelTimer: (timer) => clearTimeout(timer),
    // A message queues the task, because browsers delay nested timers by 4 ms:
    // https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html
    createTask: (callback) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = callback;
      return () => port2.postMessage(0);
    },
    block: (milliseconds) => {
      if (cell) {
        Atomics.wait(cell, 0, 0, milliseconds);
      } else {
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
      }
    },
  };
}
