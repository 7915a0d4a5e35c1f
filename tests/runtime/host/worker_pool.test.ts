import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { PythonWorker } from "../../../runtime/host/python_worker.ts";
import { WorkerPool } from "../../../runtime/host/worker_pool.ts";
import { FakeSandbox } from "./fakes.ts";

let sandbox: FakeSandbox;
let pool: WorkerPool;
beforeEach(() => {
  sandbox = new FakeSandbox();
  pool = new WorkerPool();
});

// A warm worker starts with libraries already imported; a cold one does not.
const spawn = (isWarm: boolean) =>
  new PythonWorker(sandbox, isWarm, { onEvent: () => {}, onFailure: () => {} });
const take = (isWarm: boolean) => pool.take(isWarm, spawn);
const isTerminated = ({ number }: PythonWorker) => sandbox.workers[number - 1]!.isTerminated;
const makeReady = ({ number }: PythonWorker) => sandbox.workers[number - 1]!.postReady();

/** Adds a spare worker and returns the worker that was started last. */
function addSpare(): PythonWorker {
  pool.addSpare(spawn);
  return pool.find(sandbox.workers.length)!;
}

test("a worker is taken again as long as programs need one of the same kind, warm or cold", () => {
  assert.equal(take(false), take(false));
});

test("no spare worker is started as long as there is no worker that it could replace", () => {
  pool.addSpare(spawn);
  assert.equal(sandbox.workers.length, 0);
});

test("there is one spare worker at most", () => {
  take(false);
  addSpare();
  addSpare();
  assert.equal(sandbox.workers.length, 2);
});

test("the spare worker takes the place of a discarded one, and a new spare one can be started", () => {
  const first = take(false);
  const spare = addSpare();
  pool.discard();
  assert.deepEqual([isTerminated(first), pool.current], [true, spare]);
  addSpare();
  assert.equal(sandbox.workers.length, 3);
});

test("workers are found by number until they are discarded", () => {
  const first = take(false);
  const spare = addSpare();
  assert.deepEqual([pool.find(1), pool.find(2), pool.find(3)], [first, spare, undefined]);
  pool.discardSpare();
  assert.deepEqual([pool.has(first), pool.has(spare), isTerminated(spare)], [true, false, true]);
});

describe("a worker that does not suit the next program", () => {
  test("becomes the spare one if it is ready and unused, and no other spare one exists", async () => {
    const cold = take(false);
    await makeReady(cold);
    const warm = take(true);
    assert.deepEqual([isTerminated(cold), pool.has(cold), pool.current], [false, true, warm]);
    assert.equal(take(false), cold);
  });

  test("is ended if it is not ready, because it may be waiting for a snapshot that never comes", () => {
    const warm = take(true);
    take(false);
    assert.equal(isTerminated(warm), true);
  });

  test("is ended if a program has run in it", async () => {
    const cold = take(false);
    await makeReady(cold);
    // Any command but `packages` marks the worker as used.
    cold.post({ type: "interrupt", run: 1 });
    take(true);
    assert.equal(isTerminated(cold), true);
  });

  test("is ended if there is a spare worker already", async () => {
    const cold = take(false);
    await makeReady(cold);
    const spare = addSpare();
    take(true);
    assert.deepEqual([isTerminated(cold), pool.has(spare)], [true, true]);
  });

  test("is replaced by the spare worker if that worker suits the program", async () => {
    const warm = take(true);
    await makeReady(warm);
    warm.post({ type: "interrupt", run: 1 });
    const spare = addSpare();
    assert.equal(take(false), spare);
    // No spare worker is left, so a third worker is started.
    addSpare();
    assert.equal(sandbox.workers.length, 3);
  });
});
