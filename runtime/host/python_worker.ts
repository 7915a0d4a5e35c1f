/** One worker as the host sees it: an interpreter behind a port whose messages cannot be trusted. */
import { asWorkerEvent, type Command, type WorkerEvent } from "../protocol/page_worker.ts";
import type { Sandbox, WorkerPort } from "./sandbox.ts";

export type Ready = Extract<WorkerEvent, { type: "ready" }>;
export type ProgramEvent = Exclude<WorkerEvent, { type: "ready" | "crashed" }>;

interface Listener {
  onEvent(worker: PythonWorker, event: ProgramEvent): void;
  /** The worker crashed or broke the protocol, and must be discarded. */
  onFailure(worker: PythonWorker, message: string): void;
}

export class PythonWorker {
  readonly number: number;
  /** Whether the worker starts with libraries already imported, for programs that need all of them. */
  readonly isWarm: boolean;
  /** Resolves when Python has started. It never settles if the worker ends before that. */
  readonly ready: Promise<Ready>;
  isReady = false;
  /** Whether the worker has received a program, which may have changed its state. */
  isUsed = false;
  /** Names of the libraries whose archives the worker has. */
  readonly #archives = new Set<string>();
  readonly #sandbox: Sandbox;
  readonly #port: WorkerPort;

  constructor(sandbox: Sandbox, isWarm: boolean, listener: Listener) {
    this.#sandbox = sandbox;
    this.isWarm = isWarm;
    const { worker, port } = sandbox.spawn(isWarm);
    this.number = worker;
    this.#port = port;
    const { promise, resolve } = Promise.withResolvers<Ready>();
    this.ready = promise;
    port.onmessage = ({ data }) => {
      const event = asWorkerEvent(data);
      // The runtime posts only valid events, so a program must have gained access to the port.
      if (!event) listener.onFailure(this, "it sent messages that only the runtime may send.");
      else if (event.type === "crashed") listener.onFailure(this, event.message);
      else if (event.type === "ready") {
        // Only the first `ready` resolves the promise. A program could forge further ones, but not the
        // first, because no program runs before Python is ready.
        this.isReady = true;
        resolve(event);
      } else listener.onEvent(this, event);
    };
  }

  /** Sends the archives of libraries that the worker does not have yet, even before it is ready. */
  addArchives(archives: Readonly<Record<string, ArrayBuffer>>): void {
    const missing = Object.entries(archives).filter(([name]) => !this.#archives.has(name));
    if (missing.length === 0) return;
    for (const [name] of missing) this.#archives.add(name);
    const command: Command = { type: "packages", packages: Object.fromEntries(missing) };
    this.#port.postMessage(command);
  }

  post(command: Command): void {
    this.isUsed = true;
    this.#port.postMessage(command);
  }

  /** Ends the worker immediately. Its listener receives no further events. */
  end(): void {
    this.#port.onmessage = null;
    this.#port.close();
    this.#sandbox.terminate(this.number);
  }
}
