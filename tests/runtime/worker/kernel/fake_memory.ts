/** A memory that contains the few values of CPython that the kernel reads. Numbers in hex are addresses. */
import {
  FRAME_LAYOUT,
  FRAME_OWNED_BY_INTERPRETER,
  SIGNAL_INTERVAL,
  type PythonMemory,
} from "../../../../runtime/worker/kernel/internals.ts";

const SIZE_BYTES = 2 ** 16;
/** The flag that makes Python check for signals, and the counter until the next check. */
const FLAG = 0x100;
const COUNTER = 0x104;
/** CPython's `_PyRuntime`. */
const RUNTIME = 0x200;
/** Where `_malloc` allocates memory. */
const HEAP = 0x4000;

/**
 * Where the fields of thread states and frames are, in bytes from their start, and the size of a frame.
 * CPython's own offsets are different; the kernel reads them from a table in `_PyRuntime`.
 */
export const OFFSETS = { currentFrame: 8, frameSize: 32, previous: 4, instruction: 12, owner: 20 };

export interface FakeMemory extends PythonMemory {
  /** The address of the running thread's state, which `_PyThreadState_Get` returns. */
  thread: number;
}

/** Makes the memory of a Python with this version, by default 3.14.2 in the format of `PY_VERSION_HEX`. */
export function makeMemory({ version = 0x030e02f0 } = {}): FakeMemory {
  const buffer = new ArrayBuffer(SIZE_BYTES);
  const words = new Uint32Array(buffer);
  const bytes = new Uint8Array(buffer);
  // `_PyRuntime` begins with a table of 64-bit numbers, of which the kernel reads the lower 32 bits.
  const setTableEntry = (index: number, value: number) =>
    (words[(RUNTIME + 8 * index) >> 2] = value);
  setTableEntry(FRAME_LAYOUT.version, version);
  for (const [name, offset] of Object.entries(OFFSETS)) {
    setTableEntry(FRAME_LAYOUT[name as keyof typeof OFFSETS], offset);
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

/**
 * Writes a frame to an address. The frame of its caller is at `previous`, and its bytecode at `instruction`.
 * If `onStack`, the frame counts as one on the C stack.
 */
export function writeFrame(
  { HEAPU8, HEAPU32 }: PythonMemory,
  address: number,
  { previous = 0, instruction = 0, onStack = false },
): void {
  HEAPU32[(address + OFFSETS.previous) >> 2] = previous;
  HEAPU32[(address + OFFSETS.instruction) >> 2] = instruction;
  HEAPU8[address + OFFSETS.owner] = onStack ? FRAME_OWNED_BY_INTERPRETER : 0;
}
