import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SuspendedFrames } from "../../../../runtime/worker/kernel/suspended_frames.ts";
import { makeMemory, OFFSETS, writeFrame, type FakeMemory } from "./fake_memory.ts";

/** Thread states. */
const ONE = 0x1000;
const TWO = 0x1100;
/** Frames in the heap and on the C stack, with the latest first. */
const INNER = 0x2000;
const ON_STACK = 0x3000;
const OUTER = 0x2100;
const BASE_ON_STACK = 0x3100;

let memory: FakeMemory;
let frames: SuspendedFrames;
const word = (address: number): number => memory.HEAPU32[address >> 2]!;
const setCurrentFrame = (thread: number, frame: number) =>
  void (memory.HEAPU32[(thread + OFFSETS.currentFrame) >> 2] = frame);

/** The instructions of all frames of a thread, as the garbage collector reaches them. */
function instructions(thread: number): number[] {
  const found: number[] = [];
  for (let frame = word(thread + OFFSETS.currentFrame); frame !== 0;) {
    found.push(word(frame + OFFSETS.instruction));
    frame = word(frame + OFFSETS.previous);
  }
  return found;
}

beforeEach(() => {
  memory = makeMemory();
  frames = new SuspendedFrames(memory);
  writeFrame(memory, BASE_ON_STACK, { instruction: 4, onStack: true });
  writeFrame(memory, OUTER, { instruction: 3, previous: BASE_ON_STACK });
  writeFrame(memory, ON_STACK, { instruction: 2, previous: OUTER, onStack: true });
  writeFrame(memory, INNER, { instruction: 1, previous: ON_STACK });
  setCurrentFrame(ONE, INNER);
});

test("the frames of a suspended thread can be read after its C stack has been overwritten", () => {
  frames.save();
  memory.HEAPU8.fill(0xff, 0x3000, 0x4000);
  assert.deepEqual(instructions(ONE), [1, 2, 3, 4]);
});

test("a thread that resumes has its own frames again", () => {
  const before = memory.HEAPU8.slice(0, 0x4000);
  frames.save();
  frames.restore();
  assert.deepEqual(memory.HEAPU8.slice(0, 0x4000), before);
  assert.equal(word(INNER + OFFSETS.previous), ON_STACK);
});

test("threads can be resumed in any order", () => {
  writeFrame(memory, 0x3200, { instruction: 5, onStack: true });
  setCurrentFrame(TWO, 0x3200);
  frames.save();
  memory.thread = TWO;
  frames.save();
  memory.thread = ONE;
  frames.restore();
  assert.equal(word(OUTER + OFFSETS.previous), BASE_ON_STACK);
  assert.notEqual(word(TWO + OFFSETS.currentFrame), 0x3200, "the other thread is still suspended");
  memory.thread = TWO;
  frames.restore();
  assert.equal(word(TWO + OFFSETS.currentFrame), 0x3200);
});

test("suspending a thread again needs no further memory", () => {
  frames.save();
  frames.restore();
  const { _malloc: allocate } = memory;
  memory._malloc = () => assert.fail("the existing copies should be used again");
  frames.save();
  memory._malloc = allocate;
  assert.deepEqual(instructions(ONE), [1, 2, 3, 4]);
});

test("restoring the frames of a thread that has just started changes nothing", () => {
  frames.restore();
  assert.deepEqual(instructions(ONE), [1, 2, 3, 4]);
});

test("the address of the running bytecode is that of the thread that resumed last", () => {
  frames.restore();
  assert.equal(frames.bytecodeAddress(), 1);
  writeFrame(memory, 0x2200, { instruction: 7 });
  setCurrentFrame(TWO, 0x2200);
  memory.thread = TWO;
  frames.restore();
  assert.equal(frames.bytecodeAddress(), 7);
});
