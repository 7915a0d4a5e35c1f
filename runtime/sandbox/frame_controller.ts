/** Carries out the page's commands in the sandbox frame: receives files and runs workers. */
import type {
  Assets,
  FrameCommand,
  FrameEvent,
  Library,
  NoLibrary,
  PackedModule,
  WorkerAssets,
} from "../protocol/page_worker.ts";
import { MAIN, type Notice, type Request } from "../protocol/processes.ts";
import { Broker, type Later } from "./broker.ts";
import type { Port } from "./process_table.ts";

type Preloaded = NonNullable<WorkerAssets["preloaded"]>;
type WarmAssets = Omit<WorkerAssets, "wasm">;

/** The part of a `Worker` that the frame uses. */
export type WorkerThread = Pick<Worker, "onerror" | "onmessage" | "postMessage" | "terminate">;

export interface FrameDependencies {
  /** The only window whose messages are commands. */
  page: unknown;
  /** Starts a worker with the script at this blob URL. */
  createWorker(address: string): WorkerThread;
  compile(wasm: ArrayBuffer): Promise<WebAssembly.Module>;
}

interface Terminable {
  terminate(): void;
}

/** A connection between a process and the broker. */
interface Connection {
  /** The broker's end. */
  port: Port;
  /** The end for the process. */
  processPort: MessagePort;
  close(): void;
}

function connect(receive: (request: Request) => void): Connection {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<Request>) => receive(data);
  const post = (notice: Notice, transfer: Transferable[] = []) =>
    port1.postMessage(notice, transfer);
  return { port: { post }, processPort: port2, close: () => port1.close() };
}

/** Returns `later`, which calls functions in later tasks, and `close`, which ends that. */
function createLater(): { later: Later; close(): void } {
  const { port1, port2 } = new MessageChannel();
  const callbacks: (() => void)[] = [];
  port1.onmessage = () => callbacks.shift()?.();
  return {
    later(callback) {
      callbacks.push(callback);
      port2.postMessage(0);
    },
    close: () => port1.close(),
  };
}

export class FrameController {
  readonly #dependencies: FrameDependencies;
  /** Where the page receives events. */
  #eventPort: MessagePort | undefined;
  /** The blob URL of the workers' script. */
  readonly #script = Promise.withResolvers<string>();
  /** Compiled once for all workers. */
  readonly #wasm = Promise.withResolvers<WebAssembly.Module>();
  #assets = Promise.withResolvers<Assets>();
  #hasAssets = false;
  readonly #warmAssets = Promise.withResolvers<WarmAssets>();
  /** The modules that the warm snapshot contains. */
  #modules: Promise<Preloaded> = Promise.resolve([]);
  /** Resolves when the standard library has arrived in the frame. */
  readonly #libraryArrival = Promise.withResolvers<void>();
  #library: Library | undefined;
  readonly #workers = new Map<number, Terminable>();
  /** Workers that have started without the standard library. */
  readonly #waiting = new Set<WorkerThread>();

  constructor(dependencies: FrameDependencies) {
    this.#dependencies = dependencies;
  }

  receive({
    data,
    ports,
    source,
  }: Pick<MessageEvent<FrameCommand>, "data" | "ports" | "source">): void {
    // A program cannot post here, but another frame of the page could.
    if (source !== this.#dependencies.page) return;
    switch (data.type) {
      case "open":
        this.#eventPort = ports[0];
        break;
      case "script":
        // A classic script, because browsers refuse module workers from blob URLs on an opaque origin.
        this.#script.resolve(
          URL.createObjectURL(new Blob([data.script], { type: "text/javascript" })),
        );
        break;
      case "wasm":
        this.#wasm.resolve(this.#dependencies.compile(data.wasm));
        break;
      case "assets":
        this.#assets.resolve(data.assets);
        this.#hasAssets = true;
        break;
      case "withdraw":
        // An unresolved promise is kept, because workers that already wait for it need the next assets.
        if (this.#hasAssets) this.#assets = Promise.withResolvers();
        this.#hasAssets = false;
        break;
      case "modules":
        this.#modules = this.#compile(data.modules);
        break;
      case "warm":
        this.#warmAssets.resolve(
          this.#modules.then((preloaded) => ({ ...data.assets, preloaded })),
        );
        break;
      case "library":
        this.#receiveLibrary(data);
        break;
      case "spawn":
        this.#workers.set(data.worker, this.#spawn(data.worker, data.warm, ports[0]!));
        break;
      case "terminate":
        this.#workers.get(data.worker)?.terminate();
        this.#workers.delete(data.worker);
    }
  }

  #compile(modules: PackedModule[]): Promise<Preloaded> {
    const compiling = modules.map(async ({ path, handle, wasm }) => {
      return { path, handle, module: await this.#dependencies.compile(wasm) };
    });
    return Promise.all(compiling);
  }

  #receiveLibrary(library: Library | NoLibrary): void {
    for (const worker of this.#waiting) worker.postMessage(library);
    if (!("stdlib" in library)) return;
    this.#library = library;
    this.#waiting.clear();
    this.#libraryArrival.resolve();
  }

  /** Asks the page for the library, unless it has arrived and thus been posted to the worker already. */
  #wantLibrary(): void {
    const event: FrameEvent = { type: "library-wanted" };
    if (!this.#library) this.#eventPort?.postMessage(event);
  }

  /** Starts the worker of a program, which may ask the broker for further processes. */
  #spawn(number: number, isWarm: boolean, pagePort: MessagePort): Terminable {
    const turns = createLater();
    const broker = new Broker((pid) => {
      const { port, processPort, close } = connect((request) => broker.receive(pid, request));
      const onError = (message: string) => broker.crashed(pid, message);
      const { terminate } = this.#startWorker([processPort], false, onError);
      return {
        port,
        terminate() {
          terminate();
          close();
        },
      };
    }, turns.later);
    const { port, processPort, close } = connect((request) => broker.receive(MAIN, request));
    broker.setMain(port);
    const { terminate } = this.#startWorker([pagePort, processPort], isWarm, (message) => {
      const event: FrameEvent = { type: "worker-error", worker: number, message };
      this.#eventPort?.postMessage(event);
    });
    return {
      terminate() {
        broker.setMain(undefined);
        terminate();
        close();
        turns.close();
      },
    };
  }

  /** Starts a worker, and sends it these ports together with the assets once all assets have arrived. */
  #startWorker(
    ports: MessagePort[],
    isWarm: boolean,
    onError: (message: string) => void,
  ): Terminable {
    let worker: WorkerThread | undefined;
    let isTerminated = false;
    const start = async (): Promise<void> => {
      const address = await this.#script.promise;
      if (isTerminated) return;
      worker = this.#dependencies.createWorker(address);
      worker.onerror = ({ message }: ErrorEvent) => onError(message);
      worker.onmessage = () => this.#wantLibrary();
      const arrival = isWarm ? this.#warmAssets : this.#assets;
      const [wasm, assets] = await Promise.all([this.#wasm.promise, arrival.promise]);
      // Without a snapshot, starting Python imports modules from the library.
      if (!assets.snapshot) await this.#libraryArrival.promise;
      if (isTerminated) return;
      const message: WorkerAssets = { ...assets, ...this.#library, wasm };
      worker.postMessage(message, ports);
      if (!this.#library) this.#waiting.add(worker);
    };
    start().catch((error: unknown) => onError(String(error)));
    return {
      terminate: () => {
        isTerminated = true;
        worker?.terminate();
        if (worker) this.#waiting.delete(worker);
      },
    };
  }
}
