import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { openSandbox, type Sandbox } from "../../../runtime/host/sandbox.ts";

interface Posted {
  command: unknown;
  origin: string;
  transfer: Transferable[];
}

/** The parts of an `<iframe>` element that the page uses. */
class FakeFrame {
  /** The tokens of the attribute `sandbox`. */
  readonly rights: string[] = [];
  readonly sandbox = { add: (right: string) => void this.rights.push(right) };
  readonly posted: Posted[] = [];
  readonly contentWindow = {
    postMessage: (command: unknown, origin: string, transfer: Transferable[]) =>
      void this.posted.push({ command, origin, transfer }),
  };
  srcdoc = "";
  isInPage = false;
}

let frame: FakeFrame;
/** The page's listeners for messages. */
let listeners: Set<(event: { source: unknown }) => void>;
/** The errors of workers that were reported to the page, each with the worker's number. */
let errors: [number, string][];
let wanted: number;
let opening: Promise<Sandbox>;
let isOpen: boolean;
beforeEach(() => {
  frame = new FakeFrame();
  listeners = new Set();
  errors = [];
  wanted = 0;
  isOpen = false;
  const window = {
    document: {
      createElement: () => frame,
      body: { append: () => void (frame.isInPage = true) },
    },
    addEventListener: (_: string, listener: (event: { source: unknown }) => void) =>
      listeners.add(listener),
    removeEventListener: (_: string, listener: (event: { source: unknown }) => void) =>
      listeners.delete(listener),
  };
  const handlers = {
    onWorkerError: (worker: number, message: string) => void errors.push([worker, message]),
    onLibraryWanted: () => void (wanted += 1),
  };
  opening = openSandbox(handlers, window as unknown as Window, "run()");
  void opening.then(() => (isOpen = true));
});

// An open port would keep the process of the tests alive.
afterEach(() => {
  for (const { transfer } of frame.posted) {
    for (const port of transfer) (port as MessagePort).close();
  }
});

/** Delivers a message to the page as if the window `source` had posted it. */
async function postFrom(source: unknown): Promise<void> {
  for (const listener of listeners) listener({ source });
  await setImmediate();
}

test("the frame may only run scripts, start workers from blobs and compile WebAssembly", () => {
  assert.deepEqual(frame.rights, ["allow-scripts"]);
  assert.equal(frame.isInPage, true);
  assert.match(frame.srcdoc, /<script>run\(\)<\/script>$/);
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(frame.srcdoc)!;
  assert.deepEqual(policy!.split("; "), [
    "default-src 'none'",
    "script-src 'unsafe-inline' 'wasm-unsafe-eval'",
    "worker-src blob:",
    "connect-src 'none'",
  ]);
  const beforePolicy = frame.srcdoc.slice(0, frame.srcdoc.indexOf("<meta"));
  assert.equal(beforePolicy, "<!doctype html>", "nothing may run before the policy applies");
});

test("the sandbox is open when its frame posts a message, and messages of other windows are ignored", async () => {
  await postFrom({});
  assert.equal(isOpen, false);
  await postFrom(frame.contentWindow);
  assert.equal(isOpen, true);
  assert.equal(listeners.size, 0);
});

/** Finishes opening. Returns the sandbox, and the port through which its frame reports events. */
async function open(): Promise<{ sandbox: Sandbox; port: MessagePort }> {
  await postFrom(frame.contentWindow);
  const sandbox = await opening;
  const [{ command, transfer }] = frame.posted as [Posted];
  assert.deepEqual(command, { type: "open" });
  return { sandbox, port: transfer[0] as MessagePort };
}

test("errors of workers arrive through the first port that the frame received", async () => {
  const { port } = await open();
  // Both fields have the wrong type, and are converted, because the sandbox is not trusted.
  port.postMessage({ type: "worker-error", worker: "2", message: ["Script error."] });
  while (errors.length === 0) await setImmediate();
  assert.deepEqual(errors, [[2, "Script error."]]);
});

test("a program's request for the standard library arrives through the same port", async () => {
  const { port } = await open();
  port.postMessage({ type: "library-wanted" });
  while (wanted === 0) await setImmediate();
  assert.deepEqual([wanted, errors], [1, []]);
});

test("each worker gets a number and a port of its own", async () => {
  const { sandbox } = await open();
  const workers = [sandbox.spawn(false), sandbox.spawn(true)];
  sandbox.terminate(2);
  assert.deepEqual(
    frame.posted.slice(1).map(({ command }) => command),
    [
      { type: "spawn", worker: 1, warm: false },
      { type: "spawn", worker: 2, warm: true },
      { type: "terminate", worker: 2 },
    ],
  );
  assert.deepEqual(
    workers.map(({ worker }) => worker),
    [1, 2],
  );
  // posted[0] is the command "open", and posted[1] starts worker 1.
  const [workerPort] = frame.posted[1]!.transfer as [MessagePort];
  const received = new Promise((resolve) => (workerPort.onmessage = ({ data }) => resolve(data)));
  workers[0]!.port.postMessage("to worker 1");
  assert.equal(await received, "to worker 1");
});
