/** One worker as the page sees it: a port that is not trusted, and when Python is up. */
import { asWorkerEvent, type Command, type WorkerEvent } from "../protocol/page_worker.ts";
import type { Sandbox } from "./sandbox.ts";

export type Ready = Extract<WorkerEvent, { type: "ready" }>;
export type ProgramEvent = Exclude<WorkerEvent, { type: "ready" | "crashed" }>;

interface Listener {
  /** Nothing but what the worker says while it is alive. */
  told(worker: PythonWorker, event: ProgramEvent): void;
  /** It can do no more. */
  broke(worker: PythonWorker, message: string): void;
}

export class PythonWorker {
  readonly number: number;
  /** Resolves when Python is up; never settles when the worker ends before. */
  readonly ready: Promise<Ready>;
  isReady = false;
  /** Libraries are imported already, for a program that declares them. */
  readonly isWarm: boolean;
  /** It has had a program to run. */
  isUsed = false;
  /** Names of the libraries that it has been given. */
  readonly #given = new Set<string>();
  readonly #sandbox: Sandbox;
  readonly #port: MessagePort;

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
      // Nothing of ours posts such things: a program has got hold of the port.
      if (!event) listener.broke(this, "it sent messages that only the runtime may send.");
      else if (event.type === "crashed") listener.broke(this, event.message);
      else if (event.type === "ready") {
        // The first word is the worker's own; a program could send another.
        this.isReady = true;
        resolve(event);
      } else listener.told(this, event);
    };
  }

  /** Hands over the archives of libraries that it does not have yet; possible before it is ready. */
  give(archives: Readonly<Record<string, ArrayBuffer>>): void {
    const missing = Object.entries(archives).filter(([name]) => !this.#given.has(name));
    if (missing.length === 0) return;
    for (const [name] of missing) this.#given.add(name);
    const command: Command = { type: "packages", packages: Object.fromEntries(missing) };
    this.#port.postMessage(command);
  }

  post(command: Command): void {
    this.isUsed = true;
    this.#port.postMessage(command);
  }

  /** Ends it, whatever it is doing; nothing is heard of it afterwards. */
  end(): void {
    this.#port.onmessage = null;
    this.#port.close();
    this.#sandbox.terminate(this.number);
  }
}
