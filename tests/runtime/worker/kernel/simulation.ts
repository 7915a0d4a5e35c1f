/**
 * A worker without a browser and without Python: time, timers and messages are simulated, and each
 * Python thread is a generator, which is suspended with its whole stack wherever it yields a promise.
 *
 * Whenever a thread starts or stops running, the simulation checks what must always hold: only one thread
 * runs, none runs while the program is paused, a step resumes one thread once, threads resume in the
 * order in which they were woken, and no timed wait ends early.
 */
import assert from "node:assert/strict";
import type { Environment, Timer } from "../../../../runtime/worker/kernel/environment.ts";
import { type Gate, Kernel, TIMED_OUT } from "../../../../runtime/worker/kernel/kernel.ts";

/** Lets all callbacks of settled promises run, as a browser does after each task. */
export const microtasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface FakeTimer {
  at: number;
  callback: () => void;
}

/** Time, timers and messages of a browser. Time passes only when a test or a simulated thread lets it pass. */
export class FakeEnvironment implements Environment {
  /** The present time in ms. It begins at an arbitrary number. */
  time = 1000;
  /** Called before each message is delivered, with the number of the task that `createTask` has made. */
  onMessage: (task: number) => void = () => {};
  /** Decides whether a message comes before a timer if both are due. */
  prefersMessages: () => boolean = () => true;
  /** The delays of all timers that were started. */
  readonly delays: number[] = [];
  readonly #timers = new Set<FakeTimer>();
  readonly #messages: (() => void)[] = [];
  #tasks = 0;
  /** The first error in a simulated thread. `runTask` throws it. */
  failure: unknown;

  readonly now = (): number => this.time;
  readonly origin = 1_700_000_000_000;
  readonly date = (): number => 1_700_000_000_000 + this.time;

  readonly startTimer = (callback: () => void, milliseconds: number): Timer => {
    this.delays.push(milliseconds);
    const timer = { at: this.time + milliseconds, callback };
    this.#timers.add(timer);
    return timer as unknown as Timer;
  };

  readonly cancelTimer = (timer: Timer | undefined): void => {
    this.#timers.delete(timer as unknown as FakeTimer);
  };

  readonly createTask = (callback: () => void): (() => void) => {
    const task = this.#tasks++;
    return () =>
      void this.#messages.push(() => {
        this.onMessage(task);
        callback();
      });
  };

  readonly block = (milliseconds: number): void => {
    this.time += milliseconds;
  };

  /**
   * Delivers the next message or runs the next timer, and lets promises settle. Timers after `until` (in
   * ms) have to wait. Returns whether there was a message or a timer.
   */
  async runTask(until = Infinity): Promise<boolean> {
    await microtasks();
    const [timer] = [...this.#timers].sort((a, b) => a.at - b.at);
    const isTimerDue = timer !== undefined && timer.at <= this.time;
    if (this.#messages.length > 0 && !(isTimerDue && !this.prefersMessages())) {
      this.#messages.shift()!();
    } else if (timer && timer.at <= until) {
      this.time = Math.max(this.time, timer.at);
      this.#timers.delete(timer);
      timer.callback();
    } else return false;
    await microtasks();
    if (this.failure !== undefined) throw this.failure;
    return true;
  }

  /** Runs tasks until none is left, including those that other tasks cause. */
  async runAll(): Promise<void> {
    while (await this.runTask());
  }

  /** Lets some ms pass, and runs all tasks that are due in this time. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    while (await this.runTask(end));
    this.time = Math.max(this.time, end);
  }
}

/** A part of a thread: a generator that yields the promises for which the thread is suspended. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;
/** The function that a thread runs. */
type Body = (thread: Thread) => Steps<void>;

/** One simulated Python thread. */
export class Thread {
  readonly name: string;
  readonly isMain: boolean;
  hasEnded = false;
  /** The gate where the thread waits. */
  gate: Gate | undefined;
  readonly #simulation: Simulation;

  constructor(simulation: Simulation, name: string, isMain: boolean) {
    this.#simulation = simulation;
    this.name = name;
    this.isMain = isMain;
  }

  /**
   * Waits at a gate, like `scheduler.wait` in Python; there is no timeout if `milliseconds` is negative.
   * Returns how the wait ended.
   */
  *wait(milliseconds = -1): Steps<number> {
    const simulation = this.#simulation;
    const { kernel } = simulation;
    const start = simulation.activeTime();
    const gate = kernel.gate(milliseconds, this.isMain);
    this.gate = gate;
    let expected: number | undefined;
    const { open } = gate;
    // Whatever opens the gate, the simulation notes it first.
    gate.open = (outcome) => {
      if (!gate.opened) {
        expected = outcome;
        simulation.woken.push(this);
        if (outcome === TIMED_OUT) {
          const passed = simulation.activeTime() - start;
          assert.ok(passed > milliseconds - 1e-6, `${this.name}: ${passed} of ${milliseconds} ms`);
        }
      }
      open(outcome);
    };
    const outcome = yield* this.suspend(gate.promise);
    this.gate = undefined;
    assert.equal(outcome, expected, `${this.name} resumes with the outcome of the first opening`);
    return outcome;
  }

  /** Yields to the other threads, like `scheduler.yield_slice` in Python. */
  *yieldOnce(): Steps<void> {
    this.#simulation.yielding.push(this);
    const isAlone = this.#simulation.kernel.threads === 1;
    yield* this.suspend(this.#simulation.kernel.yield_once().promise, isAlone);
  }

  /**
   * Suspends the thread until a promise settles, as Pyodide's `run_sync` does. If `keepsStep`, the next
   * thread that resumes belongs to the same step.
   */
  *suspend<T>(promise: Promise<T>, keepsStep = false): Steps<T> {
    this.#simulation.kernel.end_slice();
    this.#simulation.stop(this, keepsStep);
    return (yield promise) as T;
  }

  /** Computes for some ms, during which no task can run. */
  compute(milliseconds: number): void {
    this.#simulation.environment.time += milliseconds;
  }

  say(text: string): void {
    this.#simulation.log.push(`${this.name} ${text}`);
  }
}

/** In which state the kernel should be; see `State` in kernel.ts. */
type Mode = "running" | "paused" | "step pending" | "in step";

/** A worker with one program. Its threads are the generators that a test passes to `start` and `spawn`. */
export class Simulation {
  readonly environment = new FakeEnvironment();
  readonly kernel = new Kernel(this.environment);
  readonly threads: Thread[] = [];
  /** What the threads have said. */
  readonly log: string[] = [];
  /** Threads whose gates have been opened, or that have yielded, in the order in which they should resume. */
  readonly woken: Thread[] = [];
  /** Threads that have yielded, and whose message has not been delivered yet. */
  readonly yielding: Thread[] = [];
  /** How often the kernel has reported that a step has ended. */
  stepsEnded = 0;
  #running: Thread | undefined;
  #mode: Mode = "running";
  /** For how long the program has been paused, and since when it is paused now, in ms. */
  #pausedFor = 0;
  #pausedAt = 0;

  constructor() {
    // The first task that the kernel creates resumes threads that have yielded.
    this.environment.onMessage = (task) => {
      if (task === 0 && this.yielding.length > 0) this.woken.push(this.yielding.shift()!);
    };
    this.kernel.onStepEnd = () => {
      assert.equal(this.#running, undefined, "a step ends when its thread is suspended");
      assert.ok(this.kernel.is_paused());
      this.stepsEnded += 1;
    };
  }

  /** The time in ms without the pauses of the program. */
  activeTime(): number {
    const now = this.#mode === "paused" ? this.#pausedAt : this.environment.time;
    return now - this.#pausedFor;
  }

  /** Starts the main thread, as the worker does when it runs a program. */
  start(body: Body): Thread {
    const thread = this.#create("main", true);
    void this.#run(thread, body);
    return thread;
  }

  /** Starts another thread. Called by a running thread. */
  spawn(name: string, body: Body): Thread {
    const thread = this.#create(name, false);
    this.kernel.threads += 1;
    const callPromising = () => this.#run(thread, body);
    this.kernel.spawn({ callPromising, destroy: () => {} });
    return thread;
  }

  pause(): void {
    this.kernel.pause();
    this.#setMode("paused");
  }

  step(): void {
    this.#setMode("step pending");
    this.kernel.take_step();
  }

  unpause(): void {
    this.#setMode("running");
    this.kernel.resume();
  }

  interrupt(): void {
    this.#setMode("running");
    this.kernel.interrupt();
  }

  /** Called when a thread is suspended or ends. */
  stop(thread: Thread, keepsStep = false): void {
    assert.equal(this.#running, thread);
    this.#running = undefined;
    if (this.#mode === "in step") this.#setMode(keepsStep ? "step pending" : "paused");
  }

  #begin(thread: Thread): void {
    assert.equal(this.#running, undefined, `${thread.name} runs while another thread runs`);
    assert.notEqual(this.#mode, "paused", `${thread.name} runs while the program is paused`);
    assert.notEqual(this.#mode, "in step", `${thread.name} runs, but the step is another thread's`);
    if (this.#mode === "step pending") this.#setMode("in step");
    this.#running = thread;
  }

  /** Runs a thread from its start or from a suspension to its next suspension or its end. */
  #run(thread: Thread, body: Body): Promise<void> {
    const steps = body(thread);
    const { promise, resolve } = Promise.withResolvers<void>();
    const proceed = (result?: unknown): void => {
      this.#begin(thread);
      this.kernel.start_slice();
      const next = steps.next(result);
      if (next.done) {
        thread.hasEnded = true;
        if (!thread.isMain) this.kernel.threads -= 1;
        this.stop(thread);
        // Python resumes a program whose main thread has ended; see stepping.py.
        if (thread.isMain) this.unpause();
        resolve();
      } else void next.value.then(resume);
    };
    const resume = (result: unknown): void => {
      try {
        const expected = this.woken.shift()?.name;
        assert.equal(thread.name, expected, "threads resume in the order in which they were woken");
        proceed(result);
      } catch (error) {
        this.environment.failure ??= error;
      }
    };
    try {
      proceed();
    } catch (error) {
      this.environment.failure ??= error;
    }
    return promise;
  }

  #create(name: string, isMain: boolean): Thread {
    const thread = new Thread(this, name, isMain);
    this.threads.push(thread);
    return thread;
  }

  #setMode(mode: Mode): void {
    const { time } = this.environment;
    if (this.#mode === "paused" && mode !== "paused") this.#pausedFor += time - this.#pausedAt;
    if (this.#mode !== "paused" && mode === "paused") this.#pausedAt = time;
    this.#mode = mode;
  }
}
