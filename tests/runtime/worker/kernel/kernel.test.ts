import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import {
  INTERRUPTED,
  Kernel,
  TIMED_OUT,
  WOKEN,
  type Gate,
} from "../../../../runtime/worker/kernel/kernel.ts";
import { random } from "../../page/random.ts";
import { makeMemory, type FakeMemory } from "./fake_memory.ts";
import { FakeEnvironment, microtasks, Simulation, type Steps, type Thread } from "./simulation.ts";

/** SIGVTALRM, which interrupts a thread at the end of its time slice. */
const SLICE_SIGNAL = 26;

let simulation: Simulation;
let kernel: Kernel;
let environment: FakeEnvironment;
beforeEach(() => {
  simulation = new Simulation();
  ({ kernel, environment } = simulation);
});

/**
 * Starts a main thread, and threads with these names that it spawns. All of them wait, and log when they
 * resume. Returns the spawned threads.
 */
async function startWaiting(...names: string[]): Promise<Thread[]> {
  const threads: Thread[] = [];
  simulation.start(function* (main) {
    for (const name of names) {
      const wait = function* (thread: Thread): Steps<void> {
        yield* thread.wait();
        thread.say("resumed");
      };
      threads.push(simulation.spawn(name, wait));
    }
    yield* main.wait();
    main.say("resumed");
  });
  await environment.runAll();
  return threads;
}

describe("waiting", () => {
  test("an opened gate resumes exactly the thread that waits at it", async () => {
    const [, second] = await startWaiting("one", "two", "three");
    second!.gate!.open(WOKEN);
    await environment.runAll();
    assert.deepEqual(simulation.log, ["two resumed"]);
  });

  test("a gate that is opened twice resumes its thread once, with the first outcome", async () => {
    const outcomes: number[] = [];
    const main = simulation.start(function* (thread) {
      outcomes.push(yield* thread.wait(50));
      outcomes.push(yield* thread.wait());
    });
    const { gate } = main;
    gate!.open(WOKEN);
    gate!.open(TIMED_OUT);
    await environment.advance(100);
    assert.deepEqual(outcomes, [WOKEN]);
  });

  test("a thread whose gate was opened before it is suspended does not miss that", async () => {
    let outcome: number | undefined;
    simulation.start(function* (main) {
      const gate = kernel.gate(-1, true);
      gate.open(WOKEN);
      simulation.woken.push(main);
      outcome = yield* main.suspend(gate.promise);
    });
    await environment.runAll();
    assert.equal(outcome, WOKEN);
  });

  test("a timed wait ends when its time is over, and not before", async () => {
    let end: number | undefined;
    simulation.start(function* (main) {
      assert.equal(yield* main.wait(250), TIMED_OUT);
      end = environment.time;
    });
    await environment.advance(249.9);
    assert.equal(end, undefined);
    await environment.advance(0.1);
    // The simulated time begins at 1,000 ms.
    assert.equal(end, 1250);
  });

  test("a wait without a timeout ends only when its gate is opened", async () => {
    const main = simulation.start(function* (thread) {
      yield* thread.wait();
    });
    await environment.advance(1e9);
    assert.equal(main.hasEnded, false);
    assert.deepEqual(environment.delays, []);
  });

  test("a wait that is longer than timers allow gets the longest possible timer", () => {
    kernel.gate(1e12, false);
    assert.deepEqual(environment.delays, [2 ** 31 - 1]);
  });

  test("the length of a wait is divided by the clock rate", async () => {
    kernel.start_clock(10);
    const gate = kernel.gate(100, true);
    await environment.advance(9.9);
    assert.equal(gate.opened, false);
    await environment.advance(0.1);
    assert.equal(gate.opened, true);
  });

  test("in virtual time, waits need no timer, because Python ends them", () => {
    kernel.start_clock(0);
    kernel.gate(100, true);
    assert.deepEqual(environment.delays, []);
    kernel.advance(5n);
    assert.equal(kernel.elapsed(), 5);
  });

  test("threads resume in the order in which they were woken", async () => {
    const threads = await startWaiting("one", "two", "three");
    for (const index of [2, 0, 1]) threads[index]!.gate!.open(WOKEN);
    await environment.runAll();
    assert.deepEqual(simulation.log, ["three resumed", "one resumed", "two resumed"]);
  });

  test("a new thread starts when the running thread is suspended", async () => {
    simulation.start(function* (main) {
      simulation.spawn("child", function* (child) {
        child.say("starts");
      });
      main.say("still runs");
      yield* main.wait(1);
    });
    await environment.runAll();
    assert.deepEqual(simulation.log, ["main still runs", "child starts"]);
  });

  test("a thread that yields lets all others run once", async () => {
    simulation.start(function* (main) {
      for (const name of ["one", "two"]) {
        simulation.spawn(name, function* (thread) {
          thread.say("starts");
          yield* thread.yieldOnce();
          thread.say("ends");
        });
      }
      yield* main.yieldOnce();
      main.say("ends");
    });
    await environment.runAll();
    assert.deepEqual(simulation.log, [
      "one starts",
      "two starts",
      "main ends",
      "one ends",
      "two ends",
    ]);
  });

  test("blocking takes the time divided by the clock rate, and counts as idle", () => {
    kernel.start_clock(10);
    kernel.block(1000);
    assert.equal(environment.time, 1100);
    assert.equal(kernel.idle, 100);
  });

  test("time in which no thread runs counts as idle", async () => {
    simulation.start(function* (main) {
      main.compute(30);
      yield* main.wait(200);
      main.compute(40);
      yield* main.wait(5);
    });
    await environment.runAll();
    assert.equal(kernel.idle, 205);
  });

  test("time in which a thread runs does not count as idle when another thread starts", async () => {
    simulation.start(function* (main) {
      simulation.spawn("one", function* (thread) {
        thread.compute(30);
      });
      simulation.spawn("two", function* (thread) {
        thread.compute(40);
      });
      yield* main.wait();
    });
    await environment.runAll();
    assert.equal(kernel.idle, 0);
  });
});

describe("interrupting", () => {
  test("wakes the main thread if it waits, and no other", async () => {
    const [child] = await startWaiting("child");
    simulation.interrupt();
    await environment.runAll();
    assert.equal(kernel.interrupted, true);
    assert.deepEqual(simulation.log, ["main resumed"]);
    assert.equal(child!.hasEnded, false);
  });

  test("reports the interruption as the outcome of the wait", async () => {
    let outcome: number | undefined;
    simulation.start(function* (main) {
      outcome = yield* main.wait(100);
    });
    simulation.interrupt();
    await environment.runAll();
    assert.equal(outcome, INTERRUPTED);
    assert.equal(environment.time, 1000, "the timer is cancelled");
  });

  test("does not change the outcome of a wait that has ended", async () => {
    const gate = kernel.gate(10, true);
    await environment.runAll();
    simulation.interrupt();
    assert.equal(await gate.promise, TIMED_OUT);
  });

  test("resumes a paused program and wakes its main thread", async () => {
    await startWaiting("child");
    simulation.pause();
    simulation.interrupt();
    await environment.runAll();
    assert.equal(kernel.is_paused(), false);
    assert.deepEqual(simulation.log, ["main resumed"]);
  });
});

describe("pausing", () => {
  test("a wake-up while the program is paused is not lost", async () => {
    const [one, two] = await startWaiting("one", "two");
    simulation.pause();
    two!.gate!.open(WOKEN);
    one!.gate!.open(WOKEN);
    await environment.runAll();
    assert.deepEqual(simulation.log, []);
    assert.deepEqual([one!.gate!.opened, one!.gate!.settled], [true, false]);
    simulation.unpause();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["two resumed", "one resumed"]);
  });

  test("a thread that is woken after resuming comes after those that were woken before", async () => {
    const [one, two, three] = await startWaiting("one", "two", "three");
    simulation.pause();
    for (const thread of [three, two]) thread!.gate!.open(WOKEN);
    simulation.unpause();
    one!.gate!.open(WOKEN);
    await environment.runAll();
    assert.deepEqual(simulation.log, ["three resumed", "two resumed", "one resumed"]);
  });

  test("waits take longer by the time for which the program is paused", async () => {
    let end: number | undefined;
    simulation.start(function* (main) {
      yield* main.wait(100);
      end = environment.time;
    });
    await environment.advance(30);
    simulation.pause();
    await environment.advance(1000);
    assert.equal(end, undefined);
    simulation.unpause();
    await environment.advance(69);
    assert.equal(end, undefined);
    await environment.advance(1);
    assert.equal(end, 2100);
  });

  test("a wait that begins while the program is paused starts its timer when it resumes", async () => {
    simulation.pause();
    const gate = kernel.gate(50, false);
    await environment.advance(1000);
    assert.equal(gate.opened, false);
    simulation.unpause();
    await environment.advance(49);
    assert.equal(gate.opened, false);
    await environment.advance(1);
    assert.equal(gate.opened, true);
  });

  test("a wait that has ended gets no timer when the program resumes", () => {
    kernel.gate(100, false).open(WOKEN);
    simulation.pause();
    simulation.unpause();
    assert.deepEqual(environment.delays, [100]);
  });

  test("pausing twice is the same as pausing once", async () => {
    const gate = kernel.gate(100, false);
    await environment.advance(40);
    simulation.pause();
    await environment.advance(500);
    kernel.pause();
    simulation.unpause();
    await environment.advance(59);
    assert.equal(gate.opened, false);
    await environment.advance(1);
    assert.equal(gate.opened, true);
  });

  test("the program's clocks stop while it is paused", async () => {
    kernel.start_clock(2);
    await environment.advance(10);
    simulation.pause();
    await environment.advance(500);
    assert.equal(kernel.elapsed(), 20e6);
    simulation.unpause();
    await environment.advance(5);
    assert.equal(kernel.elapsed(), 30e6);
    assert.equal(kernel.now(), environment.time);
  });

  test("a thread that yields resumes only after the program does", async () => {
    simulation.start(function* (main) {
      yield* main.yieldOnce();
      main.say("resumed");
    });
    simulation.pause();
    await environment.runAll();
    assert.deepEqual(simulation.log, []);
    simulation.unpause();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["main resumed"]);
  });

  test("a thread that is spawned while the program is paused starts after it resumes", async () => {
    simulation.pause();
    kernel.threads += 1;
    let hasStarted = false;
    const callPromising = () => Promise.resolve(void (hasStarted = true));
    kernel.spawn({ callPromising, destroy: () => {} });
    await environment.runAll();
    assert.equal(hasStarted, false);
    simulation.unpause();
    await environment.runAll();
    assert.equal(hasStarted, true);
  });

  test("if a resumed thread pauses the program again, no further thread resumes", async () => {
    simulation.start(function* (main) {
      for (const name of ["one", "two"]) {
        simulation.spawn(name, function* (thread) {
          yield* thread.wait();
          thread.say("resumed");
          simulation.pause();
          yield* thread.wait(-1);
        });
      }
      yield* main.wait();
    });
    await environment.runAll();
    simulation.pause();
    for (const thread of simulation.threads.slice(1)) thread.gate!.open(WOKEN);
    simulation.unpause();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["one resumed"]);
    simulation.unpause();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["one resumed", "two resumed"]);
  });
});

describe("stepping", () => {
  test("a step resumes the thread that was woken first, and no other", async () => {
    const threads = await startWaiting("one", "two", "three");
    simulation.pause();
    for (const index of [1, 2, 0]) threads[index]!.gate!.open(WOKEN);
    for (const expected of ["two", "three", "one"]) {
      simulation.step();
      await environment.runAll();
      assert.equal(simulation.log.at(-1), `${expected} resumed`);
      assert.equal(kernel.is_paused(), true);
    }
    assert.equal(simulation.log.length, 3);
    assert.equal(simulation.stepsEnded, 3);
  });

  test("a step ends when its thread waits again", async () => {
    const main = simulation.start(function* (thread) {
      for (;;) {
        yield* thread.wait();
        thread.say("resumed");
      }
    });
    simulation.pause();
    for (let step = 1; step <= 3; step++) {
      main.gate!.open(WOKEN);
      simulation.step();
      await environment.runAll();
      assert.equal(simulation.log.length, step);
      assert.equal(simulation.stepsEnded, step);
    }
  });

  test("if no thread is ready, a step lets time pass until one is", async () => {
    simulation.start(function* (main) {
      yield* main.wait(80);
      main.say("resumed");
      yield* main.wait();
    });
    simulation.pause();
    await environment.advance(500);
    simulation.step();
    await environment.advance(79);
    assert.deepEqual(simulation.log, []);
    await environment.advance(1);
    assert.deepEqual(simulation.log, ["main resumed"]);
    assert.equal(kernel.is_paused(), true);
  });

  test("a thread that yields ends its step if there are others", async () => {
    simulation.start(function* (main) {
      simulation.spawn("child", function* (child) {
        yield* child.wait();
        child.say("resumed");
        yield* child.yieldOnce();
        child.say("resumed again");
      });
      yield* main.wait();
    });
    await environment.runAll();
    simulation.pause();
    simulation.threads[1]!.gate!.open(WOKEN);
    simulation.step();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["child resumed"]);
    simulation.step();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["child resumed", "child resumed again"]);
  });

  test("the only thread keeps its step when it yields", async () => {
    simulation.start(function* (main) {
      yield* main.wait();
      yield* main.yieldOnce();
      main.say("resumed");
      yield* main.wait();
    });
    simulation.pause();
    simulation.threads[0]!.gate!.open(WOKEN);
    simulation.step();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["main resumed"]);
    assert.equal(simulation.stepsEnded, 1);
  });

  test("the end of a thread ends its step", async () => {
    await startWaiting("child");
    simulation.pause();
    simulation.threads[1]!.gate!.open(WOKEN);
    simulation.step();
    await environment.runAll();
    assert.equal(simulation.stepsEnded, 1);
  });

  test("the running thread can be the one that takes the step", async () => {
    kernel.take_step(true);
    const gate = kernel.gate(0, false);
    assert.equal(kernel.is_paused(), true, "the next wait of the running thread ends the step");
    await environment.runAll();
    assert.equal(gate.opened, false, "the program is paused, so the wait does not end");
    assert.equal(simulation.stepsEnded, 1);
  });

  test("a step of the running thread leaves the order of the woken threads unchanged", async () => {
    const threads = await startWaiting("one", "two");
    simulation.pause();
    for (const thread of threads) thread.gate!.open(WOKEN);
    kernel.take_step(true);
    kernel.pause();
    simulation.step();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["one resumed"]);
  });

  test("the end of a step is not reported if the program has been resumed meanwhile", async () => {
    kernel.take_step(true);
    kernel.gate(-1, false);
    kernel.resume();
    await environment.runAll();
    assert.equal(simulation.stepsEnded, 0);
  });

  test("a thread that has yielded only so that messages are handled passes its step on when it waits", async () => {
    const main = simulation.start(function* (thread) {
      simulation.spawn("child", function* (child) {
        yield* child.wait();
        child.say("resumed");
      });
      const gate = kernel.gate(-1, true);
      yield* thread.yieldOnce();
      thread.say("resumed");
      kernel.pass_step_on(gate);
      yield* thread.suspend(gate.promise, true);
    });
    await microtasks();
    simulation.pause();
    await environment.runAll();
    simulation.threads[1]!.gate!.open(WOKEN);
    simulation.step();
    await environment.runAll();
    assert.deepEqual(simulation.log, ["main resumed", "child resumed"]);
    assert.equal(kernel.is_paused(), true);
    assert.equal(simulation.stepsEnded, 1);
    assert.equal(main.hasEnded, false);
  });

  test("a step is not passed on if the thread need not wait", () => {
    kernel.take_step(true);
    kernel.pass_step_on({ opened: true, settled: true } as Gate);
    assert.equal(kernel.is_paused(), false);
  });
});

describe("yielding to messages from the page", () => {
  test("a thread must yield if it has not yielded for more than 20 ms", async () => {
    kernel.start_clock(0);
    environment.time += 20;
    assert.equal(kernel.must_yield(), false);
    environment.time += 1;
    assert.equal(kernel.must_yield(), true);
    kernel.yield_once();
    await environment.runAll();
    assert.equal(kernel.must_yield(), false);
  });

  test("a thread need not yield in a paused program", () => {
    environment.time += 1000;
    kernel.pause();
    assert.equal(kernel.must_yield(), false);
  });
});

describe("time slices", () => {
  let memory: FakeMemory;
  const counter = (): number => memory.HEAPU32[memory.__Py_emscripten_signal_clock >> 2]!;
  const setCounter = (value: number) =>
    void (memory.HEAPU32[memory.__Py_emscripten_signal_clock >> 2] = value);
  /**
   * Asks for signals as Python's bytecode does: it sets its counter to 50 before it asks. C functions ask
   * as well, but do not change the counter.
   */
  function askFromBytecode(): number {
    setCounter(50);
    return kernel.dueSignal();
  }
  beforeEach(() => {
    memory = makeMemory();
    kernel.connect(memory);
    kernel.arm(true);
  });

  test("arming and disarming switches Python's check for signals", () => {
    assert.equal(memory.HEAPU8[memory._Py_EMSCRIPTEN_SIGNAL_HANDLING], 1);
    kernel.arm(false);
    assert.equal(memory.HEAPU8[memory._Py_EMSCRIPTEN_SIGNAL_HANDLING], 0);
    environment.time += 100;
    assert.equal(kernel.dueSignal(), 0);
  });

  test("if there is one thread, it is interrupted after 20 ms", () => {
    environment.time += 19;
    assert.equal(askFromBytecode(), 0);
    environment.time += 1;
    assert.equal(askFromBytecode(), SLICE_SIGNAL);
    assert.equal(askFromBytecode(), 0, "the next slice has begun");
  });

  test("one of several threads is interrupted after 5 ms, but only where its bytecode asks", () => {
    kernel.threads = 2;
    environment.time += 4.9;
    assert.equal(askFromBytecode(), 0);
    assert.equal(counter(), 50);
    environment.time += 0.1;
    assert.equal(askFromBytecode(), 0, "a C function might have asked");
    assert.equal(counter(), 1, "the bytecode asks again after one check");
    assert.equal(kernel.dueSignal(), 0, "a C function has asked, because the counter is not 50");
    assert.equal(askFromBytecode(), SLICE_SIGNAL);
  });

  test("in a new time slice, the first question only shortens the counter again", () => {
    kernel.threads = 2;
    environment.time += 10;
    assert.equal(askFromBytecode(), 0);
    kernel.start_slice();
    environment.time += 10;
    assert.equal(askFromBytecode(), 0, "a C function might have asked");
    assert.equal(askFromBytecode(), SLICE_SIGNAL);
  });

  test("the counter stays at 0 when a C function asks for signals", () => {
    kernel.threads = 2;
    environment.time += 10;
    setCounter(0);
    kernel.dueSignal();
    assert.equal(counter(), 0);
  });

  test("a slice starts when its thread resumes", () => {
    environment.time += 15;
    kernel.start_slice();
    environment.time += 19;
    assert.equal(askFromBytecode(), 0);
    environment.time += 1;
    assert.equal(askFromBytecode(), SLICE_SIGNAL);
  });

  test("a paused program is not interrupted", () => {
    environment.time += 100;
    kernel.pause();
    assert.equal(askFromBytecode(), 0);
  });

  test("if a thread cannot yield, it is interrupted again soon, after a varying number of checks", () => {
    kernel.threads = 2;
    const counts = new Set<number>();
    for (let round = 0; round < 14; round++) {
      kernel.try_again();
      counts.add(counter());
      askFromBytecode();
      assert.equal(askFromBytecode(), SLICE_SIGNAL);
    }
    assert.deepEqual([...counts].toSorted(), [0, 1, 2, 3, 4, 5, 6]);
  });
});

/** Runs random threads under a random sequence of pauses, steps and resumes. */
async function runRandomly(seed: number): Promise<void> {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  // Each seed needs a simulation of its own, so these variables hide those of the other tests.
  const simulation = new Simulation();
  const { kernel, environment, threads } = simulation;
  environment.prefersMessages = () => next() < 0.5;
  let spawned = 0;

  const wakeAnother = (self: Thread) => {
    const waiting = threads.filter((thread) => thread !== self && thread.gate);
    waiting[below(waiting.length)]?.gate!.open(WOKEN);
  };
  const work = function* (self: Thread): Steps<void> {
    for (let step = 0; step < 4; step++) {
      const action = below(7);
      if (action === 0) yield* self.wait();
      else if (action === 1) yield* self.wait(below(40) + next());
      else if (action === 2) yield* self.yieldOnce();
      else if (action === 3) self.compute(next() * 10);
      else if (action < 6) wakeAnother(self);
      else if (spawned < 5) simulation.spawn(`thread ${++spawned}`, work);
    }
  };

  simulation.start(work);
  for (let round = 0; round < 30; round++) {
    // What follows stands for a message from the page, which the worker handles in a task of its own.
    await microtasks();
    const action = below(6);
    if (action === 0) simulation.pause();
    else if (action === 1) simulation.unpause();
    else if (action === 2) {
      // A reader asks for the next step after the end of the last one has been reported.
      await environment.advance(0);
      simulation.pause();
      const before = simulation.stepsEnded;
      simulation.step();
      await environment.runAll();
      const ended = simulation.stepsEnded - before;
      assert.ok(ended <= 1, `${ended} steps ended`);
      assert.ok(
        ended === 1 || threads[0]!.hasEnded || simulation.woken.length === 0,
        "a step is lost",
      );
    } else if (action === 3) {
      const waiting = threads.filter((thread) => thread.gate);
      waiting[below(waiting.length)]?.gate!.open(WOKEN);
    } else await environment.advance(next() * 20);
  }
  // All wake-ups must arrive in the end.
  simulation.unpause();
  for (let round = 0; threads.some((thread) => !thread.hasEnded); round++) {
    assert.ok(round < 1000, "a wake-up is lost");
    await environment.runAll();
    for (const thread of threads) thread.gate?.open(WOKEN);
  }
  assert.equal(kernel.threads, 1);
  assert.deepEqual(simulation.woken, []);
}

test("random sequences of waits, pauses and steps break none of the rules that the simulation checks", async () => {
  for (let seed = 1; seed <= 400; seed++) {
    await runRandomly(seed).catch((error: unknown) => {
      throw new Error(`with seed ${seed}`, { cause: error });
    });
  }
});
