import assert from "node:assert/strict";
import { resolveObjectURL } from "node:buffer";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { FrameController, type WorkerThread } from "../../../runtime/sandbox/frame_controller.ts";
import type { Assets, FrameCommand, WorkerAssets } from "../../../runtime/protocol/page_worker.ts";
import { MAIN, type Notice, type Request } from "../../../runtime/protocol/processes.ts";

/** The smallest module that WebAssembly accepts. */
const WASM = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]).buffer;
/** Stands for the page's window, the only one whose messages the frame accepts. */
const PAGE = { name: "the page" };

/** A worker that records the messages that it receives. */
class FakeThread implements WorkerThread {
  readonly address: string;
  readonly messages: unknown[] = [];
  ports: MessagePort[] = [];
  isTerminated = false;
  onerror: WorkerThread["onerror"] = null;
  onmessage: WorkerThread["onmessage"] = null;

  constructor(address: string) {
    this.address = address;
  }

  postMessage(message: unknown, ports: unknown = []): void {
    this.messages.push(message);
    this.ports.push(...(ports as MessagePort[]));
  }

  terminate(): void {
    this.isTerminated = true;
  }

  askForLibrary(): void {
    const event = { data: { type: "library-wanted" } } as MessageEvent;
    this.onmessage!.call(this as unknown as Worker, event);
  }

  /** The first message, with everything that Python needs to start. */
  get assets(): WorkerAssets {
    return this.messages[0] as WorkerAssets;
  }
}

let threads: FakeThread[];
let controller: FrameController;
/** How many modules have been compiled. */
let compiled: number;
/** The ports that a test has made; an open one would keep the process of the tests alive. */
let ports: MessagePort[];
beforeEach(() => {
  threads = [];
  compiled = 0;
  ports = [];
  controller = new FrameController({
    page: PAGE,
    createWorker: (address) => {
      const thread = new FakeThread(address);
      threads.push(thread);
      return thread;
    },
    compile: async (wasm) => {
      compiled += 1;
      return new WebAssembly.Module(wasm);
    },
  });
});
afterEach(async () => {
  for (const worker of [1, 2, 3]) await send({ type: "terminate", worker });
  for (const port of ports) port.close();
});

/** Lets promises settle and messages of ports arrive, for which 20 rounds are more than enough. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await setImmediate();
}

/** Sends commands from the page to the frame. */
async function send(...commands: FrameCommand[]): Promise<void> {
  for (const data of commands) controller.receive({ data, ports: [], source: PAGE as never });
  await settle();
}

/** Sends a command with a port, and returns the page's end of it. */
async function sendWithPort(data: FrameCommand): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  controller.receive({ data, ports: [port2], source: PAGE as never });
  await settle();
  return port1;
}

/** Asks the frame for a worker; a warm one starts with libraries already imported. */
const spawn = (worker: number, warm = false) => sendWithPort({ type: "spawn", worker, warm });

const assets = (snapshot?: ArrayBuffer): Assets => ({
  ...(snapshot && { snapshot }),
  ...{ stdlibSize: 7, lockfile: "{}", wheels: {}, packages: [] },
});
const SNAPSHOT = new ArrayBuffer(3);
const SCRIPT: FrameCommand = { type: "script", script: "work()" };
const COMPILE: FrameCommand = { type: "wasm", wasm: WASM };
const START: FrameCommand = { type: "assets", assets: assets(SNAPSHOT) };
const LIBRARY: FrameCommand = { type: "library", stdlib: new ArrayBuffer(7) };
const NO_LIBRARY: FrameCommand = { type: "library", problem: "offline" };

describe("the files of the runtime", () => {
  test("a worker starts when its script has arrived, and gets all other files together", async () => {
    await spawn(1);
    assert.equal(threads.length, 0);
    await send(SCRIPT);
    const [thread] = threads;
    assert.equal(await resolveObjectURL(thread!.address)!.text(), "work()");
    await send(START);
    assert.deepEqual(thread!.messages, []);
    await send(COMPILE);
    assert.equal(thread!.messages.length, 1);
    assert.ok(thread!.assets.wasm instanceof WebAssembly.Module);
    assert.equal(thread!.assets.snapshot, SNAPSHOT);
    // A port to the page, and one to the broker.
    assert.equal(thread!.ports.length, 2);
  });

  test("every worker gets the same script and the same compiled module", async () => {
    await send(SCRIPT, COMPILE, START);
    await spawn(1);
    await spawn(2);
    const [first, second] = threads;
    assert.equal(first!.address, second!.address);
    assert.equal(first!.assets.wasm, second!.assets.wasm);
    assert.equal(compiled, 1);
  });

  test("a standard library that has already arrived is sent with the other assets", async () => {
    await send(SCRIPT, COMPILE, START, LIBRARY);
    await spawn(1);
    assert.equal(threads[0]!.messages.length, 1);
    assert.equal(threads[0]!.assets.stdlib, LIBRARY.type === "library" && LIBRARY.stdlib);
  });

  test("a standard library that arrives later is sent once to each worker that started without it", async () => {
    await send(SCRIPT, COMPILE, START);
    await spawn(1);
    await spawn(2);
    await send({ type: "terminate", worker: 2 }, LIBRARY);
    assert.equal(threads[0]!.assets.stdlib, undefined);
    assert.deepEqual(
      threads.map(({ messages }) => messages.slice(1)),
      [[LIBRARY], []],
    );
    await send(LIBRARY);
    assert.equal(threads[0]!.messages.length, 2);
  });

  test("if the standard library could not be fetched, the workers that may wait for it are told so", async () => {
    await send(SCRIPT, COMPILE, START);
    await spawn(1);
    await send(NO_LIBRARY);
    await spawn(2);
    await send(LIBRARY);
    assert.deepEqual(
      threads.map(({ messages }) => messages.slice(1)),
      [[NO_LIBRARY, LIBRARY], [LIBRARY]],
    );
  });

  test("a worker's request for the library goes to the page until the library has arrived", async () => {
    const page = await sendWithPort({ type: "open" });
    const events: unknown[] = [];
    page.onmessage = ({ data }) => void events.push(data);
    await send(SCRIPT, COMPILE, START);
    await spawn(1);
    threads[0]!.askForLibrary();
    await settle();
    assert.deepEqual(events, [{ type: "library-wanted" }]);
    await send(LIBRARY);
    threads[0]!.askForLibrary();
    await settle();
    assert.equal(events.length, 1);
  });

  test("Python waits for the standard library if it starts without a snapshot", async () => {
    await send(SCRIPT, COMPILE, { type: "assets", assets: assets() });
    await spawn(1);
    assert.deepEqual(threads[0]!.messages, []);
    await send(NO_LIBRARY);
    assert.deepEqual(threads[0]!.messages, []);
    await send(LIBRARY);
    assert.ok("stdlib" in threads[0]!.assets);
  });

  test("after the assets have been withdrawn, workers wait for other assets", async () => {
    await send(SCRIPT, COMPILE, START, { type: "withdraw" });
    await spawn(1);
    assert.deepEqual(threads[0]!.messages, []);
    const laterSnapshot = new ArrayBuffer(5);
    await send({ type: "assets", assets: assets(laterSnapshot) });
    assert.equal(threads[0]!.assets.snapshot, laterSnapshot);
  });

  test("workers that already wait for assets get those that arrive after a command to withdraw", async () => {
    await send(SCRIPT, COMPILE);
    await spawn(1);
    await send({ type: "withdraw" }, START);
    assert.equal(threads[0]!.assets.snapshot, SNAPSHOT);
  });

  test("a warm worker gets the warm snapshot and its compiled modules", async () => {
    const warm = new ArrayBuffer(9);
    await send(SCRIPT, COMPILE, START);
    await spawn(1, true);
    assert.deepEqual(threads[0]!.messages, []);
    await send(
      { type: "modules", modules: [{ path: "/a.so", handle: 4, wasm: WASM }] },
      { type: "warm", assets: assets(warm) },
    );
    const { snapshot, preloaded } = threads[0]!.assets;
    assert.equal(snapshot, warm);
    assert.deepEqual(
      preloaded!.map(({ path, handle }) => [path, handle]),
      [["/a.so", 4]],
    );
    assert.ok(preloaded![0]!.module instanceof WebAssembly.Module);
  });
});

describe("workers", () => {
  test("get a port to the page as the first of their ports", async () => {
    await send(SCRIPT, COMPILE, START);
    const page = await spawn(1);
    const [toPage] = threads[0]!.ports;
    const heard = new Promise((resolve) => (page.onmessage = ({ data }) => resolve(data)));
    toPage!.postMessage("hello");
    assert.equal(await heard, "hello");
  });

  test("are terminated by number, and an unknown number is ignored", async () => {
    await send(SCRIPT, COMPILE, START);
    await spawn(1);
    await spawn(2);
    await send({ type: "terminate", worker: 1 }, { type: "terminate", worker: 7 });
    assert.deepEqual(
      threads.map(({ isTerminated }) => isTerminated),
      [true, false],
    );
  });

  test("that are terminated before their files have arrived are not started, or get no message", async () => {
    await spawn(1);
    await send({ type: "terminate", worker: 1 }, SCRIPT);
    assert.equal(threads.length, 0);
    await spawn(2);
    await send({ type: "terminate", worker: 2 }, COMPILE, START);
    assert.deepEqual([threads[0]!.isTerminated, threads[0]!.messages], [true, []]);
  });

  test("that fail are reported to the page with their number", async () => {
    const errors = await sendWithPort({ type: "open" });
    const heard: unknown[] = [];
    errors.onmessage = ({ data }) => heard.push(data);
    await send(SCRIPT);
    await spawn(3);
    threads[0]!.onerror!.call(null as never, { message: "Script error." } as ErrorEvent);
    await settle();
    assert.deepEqual(heard, [{ type: "worker-error", worker: 3, message: "Script error." }]);
  });

  test("are reported to the page if the module that they need cannot be compiled", async () => {
    const errors = await sendWithPort({ type: "open" });
    const heard: { message: string }[] = [];
    errors.onmessage = ({ data }) => heard.push(data as { message: string });
    await send(SCRIPT, START);
    await spawn(1);
    await send({ type: "wasm", wasm: new ArrayBuffer(3) });
    assert.match(heard[0]!.message, /CompileError/);
  });
});

test("messages from any window but the page's are ignored", async () => {
  await send(COMPILE, START);
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const forged: FrameCommand[] = [SCRIPT, { type: "spawn", worker: 1, warm: false }];
  for (const data of forged) {
    controller.receive({ data, ports: [port2], source: { name: "another" } as never });
    controller.receive({ data, ports: [port2], source: null });
  }
  await settle();
  assert.equal(threads.length, 0);
});

describe("the child processes of a program", () => {
  /** The request with which a main process starts a child. */
  const SPAWN: Request = {
    ...{ type: "spawn", ask: 1, main: "/a.py", pickles: new Uint8Array(), files: new Map() },
    ...{ tokens: [], sentinel: 8, parentSentinel: 9, traced: false, origin: 0 },
  };

  /** Starts a worker whose program starts a child; returns the port of the main process to the broker. */
  async function spawnChild(isWarm = false): Promise<{ notices: Notice[]; main: MessagePort }> {
    await send(SCRIPT, COMPILE, START, { type: "warm", assets: assets(new ArrayBuffer(9)) });
    await spawn(1, isWarm);
    const main = threads[0]!.ports[1]!;
    const notices: Notice[] = [];
    main.onmessage = ({ data }) => notices.push(data as Notice);
    main.postMessage(SPAWN);
    await settle();
    return { notices, main };
  }

  test("are workers of their own, with a port to the broker and none to the page", async () => {
    const { notices } = await spawnChild();
    const [, child] = threads;
    assert.equal(child!.ports.length, 1);
    assert.equal(child!.assets.snapshot, SNAPSHOT);
    assert.deepEqual(notices, [{ type: "answer", ask: 1, value: MAIN + 1 }]);
    const [port] = child!.ports;
    const heard = new Promise<Notice>((resolve) => (port!.onmessage = ({ data }) => resolve(data)));
    const start = await heard;
    assert.equal(start.type === "start" && start.start.pid, MAIN + 1);
    port!.postMessage({ type: "exit", status: 3 } satisfies Request);
    await settle();
    const exits = notices.filter(({ type }) => type === "exited");
    assert.deepEqual(exits, [{ type: "exited", pid: MAIN + 1, status: 3 }]);
    assert.equal(child!.isTerminated, true);
  });

  test("start from the ordinary snapshot, even if their program has a warm worker", async () => {
    await spawnChild(true);
    const [program, child] = threads;
    assert.notEqual(program!.assets.snapshot, SNAPSHOT);
    assert.equal(child!.assets.snapshot, SNAPSHOT);
  });

  test("that crash are reported to the main process, and not to the page", async () => {
    const errors = await sendWithPort({ type: "open" });
    errors.onmessage = () => assert.fail("the page gets no report of a child process");
    const { notices } = await spawnChild();
    threads[1]!.onerror!.call(null as never, { message: "Script error." } as ErrorEvent);
    await settle();
    assert.ok(notices.some((notice) => notice.type === "exited" && notice.status === -11));
  });

  test("end when the worker of their main process ends, but not when another worker ends", async () => {
    await spawnChild();
    await spawn(2);
    await send({ type: "terminate", worker: 2 });
    assert.equal(threads[1]!.isTerminated, false);
    await send({ type: "terminate", worker: 1 });
    assert.deepEqual(
      threads.map(({ isTerminated }) => isTerminated),
      [true, true, true],
    );
  });
});
