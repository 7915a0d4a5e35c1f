import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { random } from "../../page/random.ts";
import { Clock } from "../../../../runtime/worker/kernel/clock.ts";

/** WASI's numbers of the clocks: `time.time`, `time.monotonic`, and `time.process_time` in Python. */
const REALTIME = 0;
const MONOTONIC = 1;
const PROCESSOR = 2;

/** What the browser's own clocks show in these tests, in ns. `Clock` passes some readings on to them. */
const BROWSER_TIME = 7n;

/** Returns a function that reads a clock as Python does, in ns. */
function pythonReader(clock: Clock): (id: number) => bigint {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const cells = new BigInt64Array(memory.buffer);
  const original = (_: number, __: bigint, address: number): number => {
    cells[address / 8] = BROWSER_TIME;
    return 0;
  };
  const read = clock.reader(original, () => memory);
  return (id) => {
    // The result is written to address 16, which is the third cell of 8 bytes.
    assert.equal(read(id, 0n, 16), 0);
    return cells[2]!;
  };
}

/** What `time.time` shows, by the calculation in CPython's pytime.c. */
const pythonSeconds = (date: bigint): number =>
  date % 1_000_000_000n === 0n ? Number(date / 1_000_000_000n) : Number(date) / 1e9;

/** Returns clocks of a browser that show the same time (in ms) until the test changes it. */
const fakeClocks = () => {
  const origin = 1_700_000_000_000;
  const fake = { time: 100, now: () => fake.time, date: () => origin + fake.time, origin };
  return fake;
};

describe("the clock that programs read", () => {
  test("is the browser's own in real time, and always for processor time", () => {
    const clock = new Clock();
    const read = pythonReader(clock);
    assert.deepEqual([MONOTONIC, PROCESSOR].map(read), [BROWSER_TIME, BROWSER_TIME]);
    // The rate of virtual time is infinite.
    clock.start(Infinity);
    assert.equal(read(PROCESSOR), BROWSER_TIME);
  });

  test("in virtual time, stays at 0 until it is advanced, and never goes back", () => {
    const clock = new Clock();
    const read = pythonReader(clock);
    clock.start(Infinity);
    // The date begins at the real date, here with a margin of a minute.
    const date = read(REALTIME);
    assert.ok(Math.abs(Number(date / 1_000_000n) - Date.now()) < 60_000);
    assert.equal(read(MONOTONIC), 0n);
    // Twelve hours and a nanosecond.
    clock.advance(43_200_000_000_001);
    assert.equal(read(MONOTONIC), 43_200_000_000_001n);
    // `Clock` lets the date gain up to 1.3 µs, so that rounding never makes a wait seem too short.
    const passed = read(REALTIME) - date;
    assert.ok(passed >= 43_200_000_000_001n && passed < 43_200_000_001_301n, String(passed));
    clock.advance(5);
    assert.equal(read(MONOTONIC), 43_200_000_000_001n);
    clock.start(Infinity);
    assert.equal(read(MONOTONIC), 0n);
  });

  test("shows a date in real time that advances exactly as the monotonic clock does", () => {
    const origin = 1_700_000_000_000;
    let now = 2000.25;
    let drift = 0;
    // `Date.now()` has steps of 1 ms.
    const date = () => Math.floor(origin + now + drift);
    const read = pythonReader(new Clock({ now: () => now, date, origin }));
    // The date is calculated in ms, as a float that is precise to 1/4096 ms here, so the test compares
    // quarters of a millisecond.
    const milliseconds = () => Math.round(Number(read(REALTIME)) / 250_000) / 4;
    assert.equal(milliseconds(), origin + 2000.25);
    now += 100.25;
    // The computer's date has been corrected by less than a second, which does not change the date here.
    drift = 900;
    assert.equal(milliseconds(), origin + 2100.5);
    // The computer has slept, during which the monotonic clock can stop.
    drift = 60_000;
    assert.equal(milliseconds(), origin + 62_100);
    now += 0.25;
    assert.equal(milliseconds(), origin + 62_100.25);
  });

  test("shows a date in virtual time that never advances by less than a wait has taken", () => {
    const chance = random(1);
    // In ns: typical waits, extreme ones, and random ones of up to 100 s.
    const durations = [
      ...[100_000_000, 200_000_000, 700_000_000, 1_000_000_000, 1, 999, 1000, 86_400_000_000_000],
      ...Array.from({ length: 300 }, () => Math.ceil(10 ** (11 * chance()))),
      ...Array.from({ length: 300 }, () => 1000 * Math.ceil(10 ** (8 * chance()))),
    ];
    const fake = fakeClocks();
    for (const milliseconds of [0, 1, 789, 500]) {
      const clock = new Clock({ ...fake, date: () => fake.origin + milliseconds });
      const read = pythonReader(clock);
      clock.start(Infinity);
      let elapsed = 0;
      const begun = read(REALTIME);
      for (const duration of durations) {
        const before = read(REALTIME);
        clock.advance((elapsed += duration));
        const after = read(REALTIME);
        const wait = `${String(duration)} ns from ${String(before)}`;
        // What a program measures with `time.time_ns`, `time.time` and `datetime.now`, in this order.
        assert.ok(after - before >= BigInt(duration), wait);
        assert.ok(pythonSeconds(after) - pythonSeconds(before) >= duration / 1e9, wait);
        assert.ok(Number(after / 1000n - before / 1000n) / 1e6 >= duration / 1e9, wait);
        assert.equal(read(MONOTONIC), BigInt(elapsed));
      }
      const gained = Number(read(REALTIME) - begun) - elapsed;
      assert.ok(gained >= 0 && gained < 1300 * durations.length, `${String(gained)} ns`);
    }
  });

  test("shows a date in virtual time that advances by exactly a second when a wait takes a second", () => {
    const clock = new Clock(fakeClocks());
    const read = pythonReader(clock);
    clock.start(Infinity);
    const begun = read(REALTIME);
    for (let second = 1; second <= 1000; second++) clock.advance(second * 1e9);
    assert.equal(read(REALTIME) - begun, 1_000_000_000_000n);
  });

  test("runs as many times faster than real time as the clock rate says", () => {
    const fake = fakeClocks();
    const clock = new Clock(fake);
    const read = pythonReader(clock);
    clock.start(1000);
    assert.equal(read(MONOTONIC), 0n);
    fake.time += 3;
    assert.equal(read(MONOTONIC), 3_000_000_000n);
  });

  test("after a million readings without a wait, counts each further one and advances virtual time by 10 µs", () => {
    const clock = new Clock();
    clock.start(Infinity);
    for (let reading = 0; reading < 1_000_000; reading++) void clock.elapsed;
    assert.deepEqual([clock.elapsed, clock.elapsed, clock.advancingReadings], [10_000, 20_000, 2]);
    clock.advance(1e9);
    assert.deepEqual([clock.elapsed, clock.elapsed, clock.advancingReadings], [1e9, 1e9, 2]);
  });

  test("has a resolution of 1 ns in virtual time, and otherwise that of the browser's clocks", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const cells = new BigInt64Array(memory.buffer);
    const clock = new Clock();
    // The browser's own function returns 5 here, and 0 means success.
    const resolve = clock.resolution(
      () => 5,
      () => memory,
    );
    assert.equal(resolve(MONOTONIC, 16), 5);
    clock.start(Infinity);
    assert.equal(resolve(MONOTONIC, 16), 0);
    assert.equal(cells[2], 1n);
    assert.equal(resolve(PROCESSOR, 16), 5);
  });

  for (const [name, rate, offset] of [
    ["real time", 1, 0],
    ["the shared time of a child process", 1, 40],
    ["faster time", 10, 0],
  ] as const) {
    test(`stops during a pause, and continues from what it showed (${name})`, () => {
      let now = 100;
      // Each reading of the browser's clocks finds them 1 ms later.
      const clock = new Clock({ now: () => (now += 1), date: () => (now += 1), origin: 0 });
      const read = pythonReader(clock);
      clock.start(rate);
      clock.offset = offset;
      for (let round = 0; round < 3; round++) {
        const before = [REALTIME, MONOTONIC].map(read);
        clock.pause();
        const paused = [REALTIME, MONOTONIC].map(read);
        assert.deepEqual([REALTIME, MONOTONIC].map(read), paused);
        now += 500;
        assert.deepEqual([REALTIME, MONOTONIC].map(read), paused);
        clock.resume();
        const after = [REALTIME, MONOTONIC].map(read);
        for (const id of [REALTIME, MONOTONIC]) {
          // Before the first pause, the monotonic clock is the browser's own, which shows something else.
          assert.ok(round === 0 || paused[id]! >= before[id]!);
          // The 500 ms of the pause are not added, only the readings of 1 ms each.
          assert.ok(after[id]! >= paused[id]! && after[id]! - paused[id]! < 100_000_000n);
        }
      }
    });
  }

  test("is the browser's own again for the next program, when pauses have been forgotten", () => {
    const clock = new Clock(fakeClocks());
    const read = pythonReader(clock);
    clock.pause();
    clock.resume();
    assert.notEqual(read(MONOTONIC), BROWSER_TIME);
    clock.forgetPauses();
    assert.equal(read(MONOTONIC), BROWSER_TIME);
  });
});
