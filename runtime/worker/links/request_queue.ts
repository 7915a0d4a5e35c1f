/**
 * Sends the requests of a process to the broker. While the broker has not handled many of the earlier
 * ones, further requests wait here, in the memory of the process that makes them.
 */
import { MAX_UNHANDLED, type Request } from "../../protocol/processes.ts";

/**
 * How many requests can wait. A Python program yields long before, so that reports arrive, but one
 * that calls the runtime's functions in a loop of JavaScript could otherwise fill the memory of the tab.
 */
export const MAX_WAITING_REQUESTS = 2 ** 16;

type Post = (request: Request, transfer?: Transferable[]) => void;

export class RequestQueue {
  readonly #post: Post;
  readonly #waiting: [request: Request, transfer: Transferable[] | undefined][] = [];
  /** How many of the sent requests the broker has not reported as handled. */
  #unhandled = 0;

  constructor(port: Pick<MessagePort, "postMessage">) {
    // Bound now, because a program could later replace the method in the prototype of ports.
    this.#post = port.postMessage.bind(port) as Post;
  }

  /** Sends a request after all earlier ones. Throws an error if too many are waiting. */
  send(request: Request, transfer?: Transferable[]): void {
    if (this.#unhandled < MAX_UNHANDLED) return this.sendNow(request, transfer);
    if (this.#waiting.length >= MAX_WAITING_REQUESTS) {
      throw new Error(`${MAX_WAITING_REQUESTS} requests to other processes are waiting already.`);
    }
    this.#waiting.push([request, transfer]);
  }

  /** Sends a request before those that wait. */
  sendNow(request: Request, transfer?: Transferable[]): void {
    this.#post(request, transfer);
    this.#unhandled++;
  }

  /** Takes note that the broker has handled some requests, and sends as many of those that wait. */
  handled(count: number): void {
    this.#unhandled -= count;
    const room = Math.max(0, MAX_UNHANDLED - this.#unhandled);
    // They are removed all together, because removing them one by one would move the others each time.
    for (const [request, transfer] of this.#waiting.splice(0, room)) {
      try {
        this.sendNow(request, transfer);
      } catch {
        // The program has called a function of the runtime with something that cannot be sent.
      }
    }
  }

  /** Discards the requests that wait. */
  clear(): void {
    this.#waiting.length = 0;
  }
}
