import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { SuspendedFrames } from "../../../../runtime/worker/kernel/suspended_frames.ts";
import { makeMemory, OFFSETS, writeFrame, type FakeMemory } from "./fake_memory.ts";

/** The addresses of the states of two threads. The first one is running. */
const FIRST_THREAD = 0x1000;
const SECOND_THREAD = 0x1100;
/** The addresses of the frames of the first thread, the latest first. The C stack is at 0x3000. */
const INNER = 0x2000;
const ON_STACK = 0x3000;
const OUTER = 0x2100;
const BASE_ON_STACK = 0x3100;

let memory: FakeMemory;
let frames: SuspendedFrames;
/** Reads the 32-bit number at an address. */
const word = (address: number): number => memory.HEAPU32[address >> 2]!;
const setCurrentFrame = (thread: number, frame: number) =>
  void (memory.HEAPU32[(thread + OFFSETS.currentFrame) >> 2] = frame);

/** Follows the frames of a thread as the garbage collector does, and returns their instructions. */
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
  setCurrentFrame(FIRST_THREAD, INNER);
});

test("the frames of a suspended thread can be read after its C stack has been overwritten", () => {
  frames.save();
  memory.HEAPU8.fill(0xff, 0x3000, 0x4000);
  assert.deepEqual(instructions(FIRST_THREAD), [1, 2, 3, 4]);
});

test("restoring the frames of a thread leaves the memory as it was before they were saved", () => {
  const before = memory.HEAPU8.slice(0, 0x4000);
  frames.save();
  frames.restore();
  assert.deepEqual(memory.HEAPU8.slice(0, 0x4000), before);
  assert.equal(word(INNER + OFFSETS.previous), ON_STACK);
});

test("threads can be resumed in any order", () => {
  writeFrame(memory, 0x3200, { instruction: 5, onStack: true });
  setCurrentFrame(SECOND_THREAD, 0x3200);
  frames.save();
  memory.thread = SECOND_THREAD;
  frames.save();
  memory.thread = FIRST_THREAD;
  frames.restore();
  assert.equal(word(OUTER + OFFSETS.previous), BASE_ON_STACK);
  assert.notEqual(
    word(SECOND_THREAD + OFFSETS.currentFrame),
    0x3200,
    "the other thread is still suspended",
  );
  memory.thread = SECOND_THREAD;
  frames.restore();
  assert.equal(word(SECOND_THREAD + OFFSETS.currentFrame), 0x3200);
});

test("suspending a thread again needs no further memory", () => {
  frames.save();
  frames.restore();
  const { _malloc: allocate } = memory;
  memory._malloc = () => assert.fail("the existing copies should be used again");
  frames.save();
  memory._malloc = allocate;
  assert.deepEqual(instructions(FIRST_THREAD), [1, 2, 3, 4]);
});

test("restoring the frames of a thread that has just started changes nothing", () => {
  frames.restore();
  assert.deepEqual(instructions(FIRST_THREAD), [1, 2, 3, 4]);
});

test("the address of the running bytecode is that of the thread that has resumed last", () => {
  frames.restore();
  assert.equal(frames.bytecodeAddress(), 1);
  writeFrame(memory, 0x2200, { instruction: 7 });
  setCurrentFrame(SECOND_THREAD, 0x2200);
  memory.thread = SECOND_THREAD;
  frames.restore();
  assert.equal(frames.bytecodeAddress(), 7);
});
