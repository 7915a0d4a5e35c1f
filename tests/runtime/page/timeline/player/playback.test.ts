import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Playback } from "../../../../../runtime/page/timeline/player/playback.ts";

type Callback = (now: number) => void;

/** The functions that have requested an animation frame, by the number of the request. */
let requested: Map<number, Callback>;
const original = {
  requestAnimationFrame: globalThis.requestAnimationFrame,
  cancelAnimationFrame: globalThis.cancelAnimationFrame,
};

beforeEach(() => {
  requested = new Map();
  let id = 0;
  globalThis.requestAnimationFrame = (callback) => {
    requested.set(++id, callback);
    return id;
  };
  globalThis.cancelAnimationFrame = (frame) => void requested.delete(frame);
});
afterEach(() => void Object.assign(globalThis, original));

/** Runs an animation frame at this time (in ms). */
function frame(now: number): void {
  const callbacks = [...requested.values()];
  requested.clear();
  for (const callback of callbacks) callback(now);
}

/** Plays a run from one time to another (in ms). Returns a list to which each frame adds its time. */
function start(playback: Playback, from: number, until = Infinity): number[] {
  const times: number[] = [];
  playback.start(from, (time) => {
    times.push(time);
    return time < until;
  });
  return times;
}

test("the time of the run starts at the given time and advances with the frames", () => {
  const times = start(new Playback(), 500);
  for (const now of [1000, 1016, 1032]) frame(now);
  assert.deepEqual(times, [500, 516, 532]);
});

test("a change of speed applies from the next frame on", () => {
  const playback = new Playback();
  const times = start(playback, 0);
  frame(0);
  playback.speed = 10;
  frame(16);
  playback.speed = 0.5;
  frame(32);
  assert.deepEqual(times, [0, 160, 168]);
});

test("after a long pause between frames, as in a hidden tab, the run advances by 250 ms at most", () => {
  const times = start(new Playback(), 0);
  frame(0);
  frame(60_000);
  assert.deepEqual(times, [0, 250]);
});

test("playback ends when the callback returns false", () => {
  const playback = new Playback();
  const times = start(playback, 0, 10);
  assert.equal(playback.isPlaying, true);
  for (const now of [0, 16, 32, 48]) frame(now);
  assert.deepEqual(times, [0, 16]);
  assert.equal(playback.isPlaying, false);
});

test("starting again replaces the playback, and stopping ends it", () => {
  const playback = new Playback();
  const first = start(playback, 0);
  const second = start(playback, 100);
  frame(0);
  assert.deepEqual([first, second], [[], [100]]);
  playback.stop();
  frame(16);
  assert.deepEqual(second, [100]);
  assert.equal(playback.isPlaying, false);
});
