/**
 * The script of the sandbox frame: an opaque origin (`sandbox="allow-scripts"`) without network. All
 * it does is start and end workers, which inherit its origin and its content security policy, and
 * pass on what the processes of a program have to say to each other.
 */
import { MAIN, type Notice, type Request } from "../protocol/processes.ts";
import type {
  Assets,
  FrameCommand,
  FrameEvent,
  Library,
  NoLibrary,
  PackedModule,
  WorkerAssets,
} from "../protocol/page_worker.ts";
import { Broker, type Port } from "./broker.ts";

type Preloaded = NonNullable<WorkerAssets["preloaded"]>;

interface Started {
  terminate(): void;
}

let page: MessagePort;
const script = Promise.withResolvers<string>();
const wasm = Promise.withResolvers<WebAssembly.Module>();
let arrival = Promise.withResolvers<Assets>();
let arrived = false;
let modules: Promise<Preloaded>;
const warm = Promise.withResolvers<Omit<WorkerAssets, "wasm">>();
const library = Promise.withResolvers<void>();
let stdlib: Library | NoLibrary | undefined;
const workers = new Map<number, Started>();
/** Those that have started without the library. */
const waiting = new Set<Worker>();

/** Starts a worker as soon as there is what it needs. */
function start(ports: MessagePort[], isWarm: boolean, onError: (message: string) => void): Started {
  let worker: Worker | undefined;
  let isOver = false;
  const begin = async () => {
    const address = await script.promise;
    if (isOver) return;
    worker = new Worker(address);
    worker.onerror = ({ message }) => onError(message);
    const memory = isWarm ? warm : arrival;
    const [module, assets] = await Promise.all([wasm.promise, memory.promise]);
    if (!assets.snapshot) await library.promise;
    if (isOver) return;
    const isHere = stdlib && "stdlib" in stdlib;
    const given: WorkerAssets = { ...assets, ...(isHere && stdlib), wasm: module };
    worker.postMessage(given, ports);
    if (isHere) return;
    waiting.add(worker);
    if (stdlib) worker.postMessage(stdlib);
  };
  begin().catch((error: unknown) => onError(String(error)));
  return {
    terminate() {
      isOver = true;
      worker?.terminate();
      if (worker) waiting.delete(worker);
    },
  };
}

/** A connection between a process and the broker: the broker's end, and the process's. */
function connect(receive: (request: Request) => void): {
  port: Port;
  far: MessagePort;
  cut(): void;
} {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<Request>) => receive(data);
  const post = (notice: Notice, transfer: Transferable[] = []) =>
    port1.postMessage(notice, transfer);
  return { port: { post }, far: port2, cut: () => port1.close() };
}

/** Starts the worker of a program, which may start others as its processes. */
function spawn(number: number, isWarm: boolean, pagePort: MessagePort): Started {
  const broker = new Broker((pid) => {
    const { port, far, cut } = connect((request) => broker.receive(pid, request));
    const { terminate } = start([far], false, (message) => broker.crashed(pid, message));
    return {
      port,
      terminate() {
        terminate();
        cut();
      },
    };
  });
  const { port, far, cut } = connect((request) => broker.receive(MAIN, request));
  broker.setMain(port);
  const { terminate } = start([pagePort, far], isWarm, (message) => {
    const event: FrameEvent = { type: "worker-error", worker: number, message };
    page.postMessage(event);
  });
  return {
    terminate() {
      broker.setMain(undefined);
      terminate();
      cut();
    },
  };
}

/** Once for all workers that are to start warm. */
async function compile(modules: PackedModule[]): Promise<Preloaded> {
  const compiled = modules.map(async ({ path, handle, wasm }) => {
    return { path, handle, module: await WebAssembly.compile(wasm) };
  });
  return Promise.all(compiled);
}

async function makeWarm(assets: Assets): Promise<Omit<WorkerAssets, "wasm">> {
  return { ...assets, preloaded: await modules };
}

addEventListener("message", ({ data, ports, source }: MessageEvent<FrameCommand>) => {
  if (source !== parent) return;
  switch (data.type) {
    case "open":
      page = ports[0]!;
      break;
    case "script":
      // A module worker from a blob URL is refused on an opaque origin; a classic one is not.
      script.resolve(URL.createObjectURL(new Blob([data.script], { type: "text/javascript" })));
      break;
    case "wasm":
      // Once for all workers.
      wasm.resolve(WebAssembly.compile(data.wasm));
      break;
    case "assets":
      arrival.resolve(data.assets);
      arrived = true;
      break;
    case "withdraw":
      if (arrived) arrival = Promise.withResolvers();
      arrived = false;
      break;
    case "modules":
      modules = compile(data.modules);
      break;
    case "warm":
      warm.resolve(makeWarm(data.assets));
      break;
    case "library":
      stdlib = data;
      for (const worker of waiting) worker.postMessage(data);
      if (!("stdlib" in data)) break;
      waiting.clear();
      library.resolve();
      break;
    case "spawn":
      workers.set(data.worker, spawn(data.worker, data.warm, ports[0]!));
      break;
    case "terminate":
      workers.get(data.worker)?.terminate();
      workers.delete(data.worker);
  }
});
parent.postMessage("ready", "*");
