import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FRAME_TEXT,
  MAX_TEXT,
  FrameBatcher,
  type Piece,
} from "../../../../runtime/page/output/frame_batcher.ts";

/** A transcript whose frames come when the test says so. */
function make(): { transcript: FrameBatcher; frames: Piece[][]; frame: () => boolean } {
  const frames: Piece[][] = [];
  const waiting: (() => void)[] = [];
  const transcript = new FrameBatcher(
    (pieces) => frames.push(pieces),
    (callback) => waiting.push(callback),
  );
  const frame = (): boolean => {
    const next = waiting.shift();
    next?.();
    return next !== undefined;
  };
  return { transcript, frames, frame };
}

test("what is written between two frames arrives in one batch, merged by stream, in order", () => {
  const { transcript, frames, frame } = make();
  transcript.write("stdout", "a");
  transcript.write("stdout", "b\n");
  transcript.write("stderr", "c\n");
  transcript.write("stdout", "d\n");
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

test("a flood is spread over frames, cut at line ends, and nothing is lost", async () => {
  const { transcript, frames, frame } = make();
  const text = Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join("");
  transcript.write("stdout", text);
  const drained = transcript.drained();
  while (frame());
  await drained;
  assert.ok(frames.length > 1);
  const shown = frames.map((pieces) => pieces.map((piece) => piece.text).join(""));
  for (const part of shown) assert.ok(part.length <= FRAME_TEXT && part.endsWith("\n"));
  assert.equal(shown.join(""), text);
});

test("one endless line is divided without breaking a character", () => {
  const { transcript, frames, frame } = make();
  const text = "x" + "🐍".repeat(FRAME_TEXT);
  transcript.write("stdout", text);
  while (frame());
  const parts = frames.flat().map((piece) => piece.text);
  assert.equal(parts.join(""), text);
  for (const part of parts) assert.ok(part.isWellFormed());
});

test("there is an end to what a page shows", () => {
  const { transcript, frames, frame } = make();
  assert.equal(transcript.write("stdout", "x".repeat(MAX_TEXT - 1)), true);
  assert.equal(transcript.write("stderr", "yz"), false);
  assert.equal(transcript.write("stdout", "more"), false);
  while (frame());
  const shown = frames.flat().map((piece) => piece.text);
  assert.equal(shown.join("").length, MAX_TEXT);
});

test("nothing to wait for when nothing was written", async () => {
  const { transcript, frame } = make();
  transcript.write("stdout", "");
  assert.equal(transcript.empty, true);
  assert.equal(frame(), false);
  await transcript.drained();
});
