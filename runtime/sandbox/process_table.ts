/** The processes of one program, and their questions that have not been answered yet. */
import type { Notice, Start } from "../protocol/processes.ts";

/** The broker's end of a connection to one process. */
export interface Port {
  post(notice: Notice, transfer?: Transferable[]): void;
}

/** The worker in which a process runs. */
export interface ProcessWorker {
  port: Port;
  terminate(): void;
}

/** A request of a process that waits in queues for its answer, for example for a semaphore. */
export interface Question {
  pid: number;
  /** The number by which the process knows the question. */
  ask: number;
  /** The queues in which the question waits. */
  queues: Set<Question>[];
  /** For a `select` request: the channels to choose from. */
  channels?: number[];
  /** For an `acquire` request: which version of the values that the semaphore guards the process has. */
  version?: number;
}

export interface Process {
  pid: number;
  /** The pid of the process that started this one; 0 for the main process. */
  parent: number;
  /** Missing as long as the process waits to be started. */
  worker?: ProcessWorker;
  /** What the process gets when it is started. */
  start?: Start;
  /** The questions that have not been answered yet, by their number. */
  questions: Map<number, Question>;
  /** How many of its requests the broker has handled and not reported as handled yet. */
  unreported: number;
  /** Whether the broker has passed on a part of the process's trace. */
  isTraced?: boolean;
}

export class ProcessTable {
  readonly #processes = new Map<number, Process>();

  get(pid: number): Process | undefined {
    return this.#processes.get(pid);
  }

  /** Returns all processes in a new list, so that processes may end while the caller goes through it. */
  all(): Process[] {
    return [...this.#processes.values()];
  }

  add(process: Process): void {
    this.#processes.set(process.pid, process);
  }

  delete(pid: number): void {
    this.#processes.delete(pid);
  }

  /** Posts a notice to a process, unless it has ended or has not been started. */
  post(pid: number, notice: Notice, transfer?: Transferable[]): void {
    this.#processes.get(pid)?.worker?.port.post(notice, transfer);
  }

  answer({ pid }: Process, ask: number, value: unknown): void {
    this.post(pid, { type: "answer", ask, value });
  }

  /** Puts a question into queues, where it waits for its answer. */
  enqueue(
    process: Process,
    ask: number,
    queues: Set<Question>[],
    details: Pick<Question, "channels" | "version"> = {},
  ): void {
    const question: Question = { pid: process.pid, ask, queues, ...details };
    process.questions.set(ask, question);
    for (const queue of queues) queue.add(question);
  }

  /** Removes a question from all its queues, and from its process. */
  forget(question: Question): void {
    for (const queue of question.queues) queue.delete(question);
    this.#processes.get(question.pid)?.questions.delete(question.ask);
  }

  /** Answers a question that has waited. */
  settle(question: Question, value: unknown, transfer?: Transferable[]): void {
    this.forget(question);
    this.post(question.pid, { type: "answer", ask: question.ask, value }, transfer);
  }
}
