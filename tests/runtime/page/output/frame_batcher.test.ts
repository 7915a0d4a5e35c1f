import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FRAME_TEXT,
  MAX_TEXT,
  FrameBatcher,
  type Piece,
} from "../../../../runtime/page/output/frame_batcher.ts";

interface BatcherUnderTest {
  batcher: FrameBatcher;
  /** What was rendered in each animation frame. */
  rendered: Piece[][];
  /** Runs the next animation frame; returns false if none was requested. */
  frame: () => boolean;
}

function makeBatcher(): BatcherUnderTest {
  const rendered: Piece[][] = [];
  const requested: (() => void)[] = [];
  const batcher = new FrameBatcher(
    (pieces) => rendered.push(pieces),
    (callback) => requested.push(callback),
  );
  const frame = (): boolean => {
    const next = requested.shift();
    next?.();
    return next !== undefined;
  };
  return { batcher, rendered, frame };
}

test("text of one frame is rendered in order, and merged as long as the stream stays the same", () => {
  const { batcher, rendered, frame } = makeBatcher();
  batcher.write("stdout", "a");
  batcher.write("stdout", "b\n");
  batcher.write("stderr", "c\n");
  batcher.write("stdout", "d\n");
  assert.equal(rendered.length, 0);
  frame();
  assert.deepEqual(rendered, [
    [
      { stream: "stdout", text: "ab\n" },
      { stream: "stderr", text: "c\n" },
      { stream: "stdout", text: "d\n" },
    ],
  ]);
  assert.equal(frame(), false);
});

test("much text is spread over several frames, divided at line ends, and nothing is lost", async () => {
  const { batcher, rendered, frame } = makeBatcher();
  const text = Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join("");
  batcher.write("stdout", text);
  const drained = batcher.drained();
  while (frame());
  await drained;
  assert.ok(rendered.length > 1);
  const shown = rendered.map((pieces) => pieces.map((piece) => piece.text).join(""));
  for (const part of shown) assert.ok(part.length <= FRAME_TEXT && part.endsWith("\n"));
  assert.equal(shown.join(""), text);
});

test("a very long line is divided without breaking a character", () => {
  const { batcher, rendered, frame } = makeBatcher();
  const text = "x" + "🐍".repeat(FRAME_TEXT);
  batcher.write("stdout", text);
  while (frame());
  const parts = rendered.flat().map((piece) => piece.text);
  assert.equal(parts.join(""), text);
  for (const part of parts) assert.ok(part.isWellFormed());
});

test("text beyond the limit is dropped", () => {
  const { batcher, rendered, frame } = makeBatcher();
  assert.equal(batcher.write("stdout", "x".repeat(MAX_TEXT - 1)), true);
  assert.equal(batcher.write("stderr", "yz"), false);
  assert.equal(batcher.write("stdout", "more"), false);
  while (frame());
  const shown = rendered.flat().map((piece) => piece.text);
  assert.equal(shown.join("").length, MAX_TEXT);
});

test("an empty text requests no frame, and does not have to be waited for", async () => {
  const { batcher, frame } = makeBatcher();
  batcher.write("stdout", "");
  assert.equal(frame(), false);
  await batcher.drained();
});
