import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { SliceTimer } from "../../../../runtime/worker/kernel/time_slices.ts";

/** Two addresses of bytecode that are far apart. */
const HERE = 0x10_000;
const THERE = 0x20_000;

describe("the slice timer", () => {
  /** The time in ms, and how often the timer has read it. */
  let time = 0;
  let readings = 0;
  /** The address of the bytecode that the program executes. */
  let place = HERE;
  /** The times for which the timer has asked whether a signal is due. After 5 ms, the signal 26 is due. */
  let signalTimes: number[];
  let timer: SliceTimer;

  beforeEach(() => {
    time = readings = 0;
    place = HERE;
    signalTimes = [];
    timer = new SliceTimer(
      () => place,
      (now) => (signalTimes.push(now), now > 5 ? 26 : 0),
      () => (readings++, time),
    );
  });

  /** Asks for signals repeatedly, each time after some ms. Returns the last answer. */
  function ask(times: number, milliseconds: number): number {
    let answer = 0;
    for (let count = 0; count < times; count++) {
      time += milliseconds;
      answer = timer.dueSignal();
    }
    return answer;
  }

  test("rarely reads the clock where the program is fast", () => {
    // 100,000 questions, one every 20 ns.
    ask(100_000, 0.000_02);
    assert.ok(readings < 1000, `${readings} readings`);
    assert.ok(readings > 100, `${readings} readings`);
  });

  test("reads the clock for each question where the program is slow, and reports due signals", () => {
    assert.equal(ask(4, 1), 0);
    assert.equal(readings, 4);
    assert.equal(ask(3, 1), 26);
    assert.deepEqual(signalTimes, [1, 2, 3, 4, 5, 6, 7]);
  });

  test("reads the clock soon after the program has reached another place", () => {
    ask(10_000, 0.000_2);
    const before = readings;
    place = THERE;
    // `dueSignal` is a WebAssembly function. It answers up to 16 questions with 0 itself before it calls
    // the timer's JavaScript.
    ask(17, 0);
    assert.ok(readings > before);
  });

  test("reads the clock for the next question after a reset", () => {
    ask(10_000, 0.000_2);
    const before = readings;
    timer.reset();
    ask(1, 0.000_2);
    assert.equal(readings, before + 1);
  });
});
