/** Checks that a computation does not become disproportionately slow when its input grows. */
import assert from "node:assert/strict";
import process from "node:process";

/**
 * The size of the large input, divided by that of the small one. If a computation takes linear time, its
 * time grows by this factor; if it takes quadratic time, by 64.
 */
const FACTOR = 8;
/** Growth below this factor counts as linear. It is far from both 8 and 64, because times vary. */
const MOST_GROWTH = 24;
/** How often both computations run at most. The first calls take longer, because V8 compiles the code. */
const MOST_ATTEMPTS = 5;
/** There is no further attempt when the large input has taken this much processor time in all, in µs. */
const ENOUGH = 5_000_000;

/** Returns the processor time of this process during a call, which hardly depends on other processes. */
function cpuTime(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/**
 * Asserts that a computation takes time about proportional to the size of its input.
 *
 * @param prepare - makes an input of a size, and returns the computation.
 * @param size - the size of the small input. The computation should take at least 0.1 ms with it.
 */
export function assertLinear(prepare: (size: number) => () => void, size: number): void {
  const [small, large] = [prepare(size), prepare(size * FACTOR)];
  let [short, long, spent] = [Infinity, Infinity, 0];
  for (let attempt = 0; attempt < MOST_ATTEMPTS && spent < ENOUGH; attempt++) {
    const [ofSmall, ofLarge] = [cpuTime(small), cpuTime(large)];
    [short, long, spent] = [Math.min(short, ofSmall), Math.min(long, ofLarge), spent + ofLarge];
    if (long < short * MOST_GROWTH) return;
  }
  assert.fail(
    `a size of ${String(size)} takes ${String(short)} µs, ${String(size * FACTOR)} takes ${String(long)} µs`,
  );
}
