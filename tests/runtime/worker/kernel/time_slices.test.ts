import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { SliceTimer } from "../../../../runtime/worker/kernel/time_slices.ts";

/** Bytecode that lies far from other bytecode. */
const HERE = 0x10_000;
const THERE = 0x20_000;

describe("the pace", () => {
  let clock = 0;
  let reads = 0;
  let place = HERE;
  let signals: number[];
  let timer: SliceTimer;

  beforeEach(() => {
    clock = reads = 0;
    place = HERE;
    signals = [];
    mock.method(performance, "now", () => {
      reads += 1;
      return clock;
    });
    timer = new SliceTimer(
      () => place,
      (now) => (signals.push(now), now > 5 ? 26 : 0),
    );
  });
  afterEach(() => mock.restoreAll());

  /** Asks so often, with so many ms before each; returns what was answered last. */
  function ask(times: number, milliseconds: number): number {
    let answer = 0;
    for (let n = 0; n < times; n++) {
      clock += milliseconds;
      answer = timer.dueSignal();
    }
    return answer;
  }

  test("reads the clock seldom where the program is quick", () => {
    ask(100_000, 0.000_02);
    assert.ok(reads < 1000, `${reads} reads`);
    assert.ok(reads > 100, `${reads} reads`);
  });

  test("reads it each time where the program is slow, and tells what is due", () => {
    assert.equal(ask(4, 1), 0);
    assert.equal(reads, 4);
    assert.equal(ask(3, 1), 26);
    assert.deepEqual(signals, [1, 2, 3, 4, 5, 6, 7]);
  });

  test("reads it soon after the program has come to another place", () => {
    ask(10_000, 0.000_2);
    const before = reads;
    place = THERE;
    ask(17, 0);
    assert.ok(reads > before, "within the few questions that nobody looks at");
  });

  test("knows of no quick place any more after it forgot", () => {
    ask(10_000, 0.000_2);
    const before = reads;
    timer.reset();
    ask(1, 0.000_2);
    assert.equal(reads, before + 1);
  });
});
