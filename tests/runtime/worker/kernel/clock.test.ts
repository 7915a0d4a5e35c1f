import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Clock } from "../../../../runtime/worker/kernel/clock.ts";

const REALTIME = 0;
const MONOTONIC = 1;
const PROCESSOR = 2;

/** What Python reads of a clock, in ns; the browser's own shows 7. */
function readings(clock: Clock): (id: number) => bigint {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const cells = new BigInt64Array(memory.buffer);
  const original = (_: number, __: bigint, address: number): number => {
    cells[address / 8] = 7n;
    return 0;
  };
  const read = clock.reader(original, () => memory);
  return (id) => {
    assert.equal(read(id, 0n, 16), 0);
    return cells[2]!;
  };
}

describe("the clock that programs read", () => {
  test("is the browser's own as long as time is real, and for processors always", () => {
    const clock = new Clock();
    const read = readings(clock);
    assert.deepEqual([REALTIME, MONOTONIC, PROCESSOR].map(read), [7n, 7n, 7n]);
    clock.start(Infinity);
    assert.equal(read(PROCESSOR), 7n);
  });

  test("stands still at 0 until it jumps, and never goes back", () => {
    const clock = new Clock();
    const read = readings(clock);
    clock.start(Infinity);
    const date = read(REALTIME);
    assert.ok(Math.abs(Number(date / 1_000_000n) - Date.now()) < 60_000);
    assert.equal(read(MONOTONIC), 0n);
    clock.advance(43_200_000_000_001);
    assert.equal(read(MONOTONIC), 43_200_000_000_001n);
    assert.equal(read(REALTIME) - date, 43_200_000_000_001n);
    clock.advance(5);
    assert.equal(read(MONOTONIC), 43_200_000_000_001n);
    clock.start(Infinity);
    assert.equal(read(MONOTONIC), 0n);
  });

  test("goes some times faster", () => {
    const clock = new Clock();
    const read = readings(clock);
    const start = performance.now();
    clock.start(1000);
    const first = read(MONOTONIC);
    while (performance.now() < start + 3);
    assert.ok(read(MONOTONIC) - first < BigInt(Math.ceil((performance.now() - start) * 1e9)));
    assert.ok(read(MONOTONIC) > 2_000_000_000n);
  });

  test("goes on for who does nothing but look at it, and counts that", () => {
    const clock = new Clock();
    clock.start(Infinity);
    for (let look = 0; look < 1_000_000; look++) clock.elapsed;
    assert.deepEqual([clock.elapsed, clock.elapsed, clock.paidReadings], [10_000, 20_000, 2]);
    clock.advance(1e9);
    assert.deepEqual([clock.elapsed, clock.elapsed, clock.paidReadings], [1e9, 1e9, 2]);
  });

  for (const [what, rate, offset] of [
    ["real time", 1, 0],
    ["real time of another process", 1, 40],
    ["faster time", 10, 0],
  ] as const) {
    test(`shows one and the same while it is held, though time goes on (${what})`, ({ mock }) => {
      let now = 100;
      // Each look at the browser's own clocks finds them gone on.
      mock.method(performance, "now", () => (now += 1));
      mock.method(Date, "now", () => (now += 1));
      const clock = new Clock();
      const read = readings(clock);
      clock.start(rate);
      clock.offset = offset;
      for (let round = 0; round < 3; round++) {
        const before = [REALTIME, MONOTONIC].map(read);
        clock.pause();
        const held = [REALTIME, MONOTONIC].map(read);
        assert.deepEqual([REALTIME, MONOTONIC].map(read), held);
        now += 500;
        assert.deepEqual([REALTIME, MONOTONIC].map(read), held);
        clock.resume();
        const after = [REALTIME, MONOTONIC].map(read);
        for (const id of [REALTIME, MONOTONIC]) {
          assert.ok(round === 0 || held[id]! >= before[id]!);
          assert.ok(after[id]! >= held[id]! && after[id]! - held[id]! < 100_000_000n);
        }
      }
    });
  }
});
