/** The semaphores that processes share, and the values in shared memory that each of them guards. */
import { MAIN, type Acquired, type Request } from "../protocol/processes.ts";
import type { Process, ProcessTable, Question } from "./process_table.ts";

type Requested<Type extends Request["type"]> = Extract<Request, { type: Type }>;

/** How many semaphores can exist. A child process that adds more is killed. */
export const MAX_SEMAPHORES = 2 ** 16;

/** How many bytes all guarded values can have together. A child process that adds more is killed. */
const MAX_BYTES = 512 * 2 ** 20;

/** What a value occupies in addition to its bytes, at most. */
const OVERHEAD_BYTES = 100;

interface Semaphore {
  value: number;
  /** The largest value that releasing the semaphore can reach. */
  most: number;
  /** The values in shared memory that the semaphore guards, by number. */
  values: Map<number, Uint8Array>;
  /** Increases with every change of a shared value. */
  version: number;
  /** Questions of processes that wait to acquire the semaphore, in the order of their arrival. */
  waiting: Set<Question>;
}

export class Semaphores {
  readonly #processes: ProcessTable;
  readonly #kill: (pid: number, why: string) => void;
  readonly #semaphores = new Map<number, Semaphore>();
  /** How many bytes all guarded values have, with `OVERHEAD_BYTES` for each value. */
  #bytes = 0;

  /**
   * @param processes - the processes that may use the semaphores.
   * @param kill - kills a child process that has exceeded a limit.
   */
  constructor(processes: ProcessTable, kill: (pid: number, why: string) => void) {
    this.#processes = processes;
    this.#kill = kill;
  }

  clear(): void {
    this.#semaphores.clear();
    this.#bytes = 0;
  }

  create(pid: number, { semaphore: number, value, most }: Requested<"semaphore">): void {
    if (this.#semaphores.has(number)) return;
    if (this.#semaphores.size >= MAX_SEMAPHORES && pid !== MAIN) {
      return this.#kill(pid, `a program can have ${MAX_SEMAPHORES} locks and semaphores`);
    }
    this.#semaphores.set(number, {
      value,
      most,
      values: new Map(),
      version: 1,
      waiting: new Set(),
    });
  }

  /** Sets a value that the semaphore guards: `guard` only a new one, `change` only a known one. */
  setValue(pid: number, request: Requested<"guard" | "change">): void {
    const semaphore = this.#semaphores.get(request.semaphore);
    const known = semaphore?.values.get(request.number);
    if (!semaphore || (known !== undefined) === (request.type === "guard")) return;
    if (!(request.bytes instanceof Uint8Array)) return;
    const more = request.bytes.length - (known?.length ?? -OVERHEAD_BYTES);
    if (this.#bytes + more > MAX_BYTES && pid !== MAIN) {
      return this.#kill(pid, "the shared memory of a program can have 512 MiB");
    }
    this.#bytes += more;
    semaphore.values.set(request.number, request.bytes);
    semaphore.version += 1;
  }

  acquire(process: Process, { ask, semaphore: number, now, version }: Requested<"acquire">): void {
    const semaphore = this.#semaphores.get(number);
    if (!semaphore || (now && semaphore.value === 0)) {
      return this.#processes.answer(process, ask, undefined);
    }
    this.#processes.enqueue(process, ask, [semaphore.waiting], { version });
    this.#grant(semaphore);
  }

  release(number: number): void {
    const semaphore = this.#semaphores.get(number);
    if (semaphore) this.#release(semaphore);
  }

  /** Releases a semaphore unless its value is at its maximum. Returns whether it was released. */
  tryRelease(number: number): boolean {
    const semaphore = this.#semaphores.get(number);
    if (!semaphore || semaphore.value >= semaphore.most) return false;
    this.#release(semaphore);
    return true;
  }

  value(number: number): number {
    return this.#semaphores.get(number)?.value ?? 0;
  }

  #release(semaphore: Semaphore): void {
    semaphore.value = Math.min(semaphore.value + 1, semaphore.most);
    this.#grant(semaphore);
  }

  /** Lets waiting processes acquire the semaphore, with the shared values if they have changed. */
  #grant(semaphore: Semaphore): void {
    for (const question of semaphore.waiting) {
      if (semaphore.value === 0) return;
      semaphore.value -= 1;
      const { version, values } = semaphore;
      const haveChanged = values.size > 0 && question.version !== version;
      const acquired: Acquired = haveChanged ? { shared: { version, values } } : {};
      this.#processes.settle(question, acquired);
    }
  }
}
