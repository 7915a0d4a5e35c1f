/** A piece of memory that contains the few values of CPython that the kernel reads. */
import {
  FRAME_LAYOUT,
  FRAME_OWNED_BY_INTERPRETER,
  SIGNAL_INTERVAL,
  type PythonMemory,
} from "../../../../runtime/worker/kernel/internals.ts";

const SIZE = 2 ** 16;
const FLAG = 0x100;
const COUNTER = 0x104;
const RUNTIME = 0x200;
/** Where further memory is allocated. */
const HEAP = 0x4000;

/** Offsets of fields in thread states and frames, as the table in `_PyRuntime` gives them. */
export const OFFSETS = { currentFrame: 8, frameSize: 32, previous: 4, instruction: 12, owner: 20 };

export interface FakeMemory extends PythonMemory {
  /** The thread state that `_PyThreadState_Get` returns. */
  thread: number;
}

export function makeMemory({ version = 0x030e02f0 } = {}): FakeMemory {
  const buffer = new ArrayBuffer(SIZE);
  const words = new Uint32Array(buffer);
  const bytes = new Uint8Array(buffer);
  const set = (index: number, value: number) => (words[(RUNTIME + 8 * index) >> 2] = value);
  set(FRAME_LAYOUT.version, version);
  for (const [name, offset] of Object.entries(OFFSETS)) {
    set(FRAME_LAYOUT[name as keyof typeof OFFSETS], offset);
  }
  words[COUNTER >> 2] = SIGNAL_INTERVAL;
  let end = HEAP;
  const memory: FakeMemory = {
    HEAPU8: bytes,
    HEAPU32: words,
    thread: 0x1000,
    _Py_EMSCRIPTEN_SIGNAL_HANDLING: FLAG,
    __Py_emscripten_signal_clock: COUNTER,
    __PyRuntime: RUNTIME,
    _PyThreadState_Get: () => memory.thread,
    _malloc: (size) => (end += size) - size,
    __tzset_js: () => {},
    ___timezone: 0,
    _daylight: 0,
    _tzname: 0,
  };
  return memory;
}

/** Writes a frame of a function that was called in the frame at the address `previous`. */
export function writeFrame(
  { HEAPU8, HEAPU32 }: PythonMemory,
  address: number,
  { previous = 0, instruction = 0, onStack = false },
): void {
  HEAPU32[(address + OFFSETS.previous) >> 2] = previous;
  HEAPU32[(address + OFFSETS.instruction) >> 2] = instruction;
  HEAPU8[address + OFFSETS.owner] = onStack ? FRAME_OWNED_BY_INTERPRETER : 0;
}
