import assert from "node:assert/strict";
import { test } from "node:test";
import { Span } from "../../../../../runtime/page/timeline/chart/span.ts";
import { random } from "../../random.ts";

/** Returns the view of a run that has ended after `length` ms. It shows the whole run. */
function makeSpan(length: number): Span {
  const span = new Span();
  span.follow(length, true);
  return span;
}

test("zooming keeps the point under the pointer in its place", () => {
  const span = makeSpan(1000);
  span.zoom(4, 0.6);
  assert.deepEqual([span.from, span.to], [450, 700]);
  span.zoom(1 / 4, 0.6);
  assert.deepEqual([span.from, span.to, span.isWhole], [0, 1000, true]);
});

test("panning stops at the ends of the run", () => {
  const span = makeSpan(1000);
  span.zoom(4, 0);
  span.pan(-1);
  assert.deepEqual([span.from, span.to], [0, 250]);
  span.pan(99);
  assert.deepEqual([span.from, span.to], [750, 1000]);
});

test("revealing a segment pans the view only if the segment is out of view", () => {
  const span = makeSpan(1000);
  span.zoom(10, 0);
  span.reveal(50, 60);
  assert.equal(span.from, 0);
  span.reveal(500, 520);
  assert.ok(span.from < 500 && span.to > 520);
  span.reveal(100, 110);
  assert.ok(span.from < 110 && span.to > 100);
  // This segment is longer than the view, which shows its beginning.
  span.zoom(10, 0.5);
  span.reveal(600, 900);
  assert.ok(span.from < 600 && span.to > 600);
});

test("during a run the view changes only a few times, and after the run it shows the whole run", () => {
  const span = new Span();
  const seen = new Set<number>();
  for (let now = 1; now <= 5000; now++) {
    span.follow(now, false);
    assert.ok(span.to > now);
    seen.add(span.to);
  }
  assert.ok(seen.size < 30, String(seen.size));
  span.follow(5000, true);
  assert.equal(span.to, 5000);
});

test("after any sequence of actions, the view is a part of the run", () => {
  const next = random(7);
  for (let round = 0; round < 200; round++) {
    // From 1 µs to 100 s.
    const length = 10 ** (next() * 8 - 3);
    const span = makeSpan(length);
    for (let count = 0; count < 50; count++) {
      const choice = next();
      if (choice < 0.5) span.zoom(Math.exp(next() * 8 - 4), next());
      else if (choice < 0.8) span.pan(next() * 4 - 2);
      else span.reveal(next() * length, next() * length);
      // Allow for rounding errors.
      assert.ok(span.from >= 0 && span.to <= length * (1 + 1e-9) && span.to > span.from);
    }
  }
});
