import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FRAME_TEXT,
  MAX_TEXT,
  FrameBatcher,
  type Piece,
} from "../../../../runtime/page/output/frame_batcher.ts";

/** Creates a batcher whose animation frames come when the test calls `frame`. */
function make(): { batcher: FrameBatcher; frames: Piece[][]; frame: () => boolean } {
  const frames: Piece[][] = [];
  const waiting: (() => void)[] = [];
  const batcher = new FrameBatcher(
    (pieces) => frames.push(pieces),
    (callback) => waiting.push(callback),
  );
  const frame = (): boolean => {
    const next = waiting.shift();
    next?.();
    return next !== undefined;
  };
  return { batcher, frames, frame };
}

test("text that is written between two frames is rendered in order, and merged by stream", () => {
  const { batcher, frames, frame } = make();
  batcher.write("stdout", "a");
  batcher.write("stdout", "b\n");
  batcher.write("stderr", "c\n");
  batcher.write("stdout", "d\n");
  assert.equal(frames.length, 0);
  frame();
  assert.deepEqual(frames, [
    [
      { stream: "stdout", text: "ab\n" },
      { stream: "stderr", text: "c\n" },
      { stream: "stdout", text: "d\n" },
    ],
  ]);
  assert.equal(frame(), false);
});

test("much text is spread over several frames, divided at line ends, and nothing is lost", async () => {
  const { batcher, frames, frame } = make();
  const text = Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join("");
  batcher.write("stdout", text);
  const drained = batcher.drained();
  while (frame());
  await drained;
  assert.ok(frames.length > 1);
  const shown = frames.map((pieces) => pieces.map((piece) => piece.text).join(""));
  for (const part of shown) assert.ok(part.length <= FRAME_TEXT && part.endsWith("\n"));
  assert.equal(shown.join(""), text);
});

test("a very long line is divided without breaking a character", () => {
  const { batcher, frames, frame } = make();
  const text = "x" + "🐍".repeat(FRAME_TEXT);
  batcher.write("stdout", text);
  while (frame());
  const parts = frames.flat().map((piece) => piece.text);
  assert.equal(parts.join(""), text);
  for (const part of parts) assert.ok(part.isWellFormed());
});

test("text beyond the limit is dropped", () => {
  const { batcher, frames, frame } = make();
  assert.equal(batcher.write("stdout", "x".repeat(MAX_TEXT - 1)), true);
  assert.equal(batcher.write("stderr", "yz"), false);
  assert.equal(batcher.write("stdout", "more"), false);
  while (frame());
  const shown = frames.flat().map((piece) => piece.text);
  assert.equal(shown.join("").length, MAX_TEXT);
});

test("a batcher to which nothing was written has nothing to wait for", async () => {
  const { batcher, frame } = make();
  batcher.write("stdout", "");
  assert.equal(frame(), false);
  await batcher.drained();
});
