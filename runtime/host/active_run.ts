/** One run of a program: the object with which the page controls the run, and the phase of the run. */
import type { Move, Outcome, Program, Run, RunEvent } from "./types.ts";

export type Phase =
  /** No worker has the program: files are being fetched, or Python is starting. */
  | "preparing"
  /** A worker has the program, but has not started it; see `mayCleanUp`. */
  | "sent"
  /** The program's own code is running. */
  | "started"
  | "over";

/** What the host does when the page calls a method of `Run`. */
export interface RunControls {
  stop(run: ActiveRun): void;
  answer(run: ActiveRun, text: string | undefined): void;
  move(run: ActiveRun, move: Move): void;
}

export class ActiveRun implements Run {
  readonly program: Program;
  readonly listen: (event: RunEvent) => void;
  readonly outcome: Promise<Outcome>;
  readonly #controls: RunControls;
  readonly #settle: (outcome: Outcome) => void;
  #phase: Phase = "preparing";
  #id = 0;
  #cleansUp = false;
  /** Whether Ctrl+C has been sent to the program. */
  isInterrupted = false;
  /**
   * When the program last sent an event to the page, or when it was sent Ctrl+C if that was later, in ms
   * of the host's clock.
   */
  lastHeard = 0;
  /**
   * The last move (pause, resume or step) that the page asked for before the program started. The host
   * makes it at the start.
   */
  pendingMove: Move | undefined;

  constructor(program: Program, listen: (event: RunEvent) => void, controls: RunControls) {
    this.program = program;
    this.listen = listen;
    this.#controls = controls;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#settle = resolve;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get isOver(): boolean {
    return this.#phase === "over";
  }

  /** Whether a worker has the program. */
  get isOnWorker(): boolean {
    return this.#phase === "sent" || this.#phase === "started";
  }

  /** The number by which the worker knows the run; 0 if no worker has the program. */
  get id(): number {
    return this.isOnWorker ? this.#id : 0;
  }

  /** Whether the worker that has the program may still be cleaning up after the previous one. */
  get mayCleanUp(): boolean {
    return this.#phase === "sent" && this.#cleansUp;
  }

  /**
   * Notes that a worker has been given the program, under this number, and whether the worker has a previous
   * program to clean up after.
   */
  markSent(id: number, { cleansUp }: { cleansUp: boolean }): void {
    this.#id = id;
    this.#cleansUp = cleansUp;
    this.#phase = "sent";
  }

  markStarted(): void {
    this.#phase = "started";
  }

  /** Notes that the worker is gone, so that another one must be given the program. */
  markLost(): void {
    if (!this.isOver) this.#phase = "preparing";
  }

  end(outcome: Outcome): void {
    if (this.isOver) return;
    this.#phase = "over";
    this.#settle(outcome);
  }

  stop(): void {
    if (!this.isOver) this.#controls.stop(this);
  }

  answer(text: string | undefined): void {
    if (!this.isOver) this.#controls.answer(this, text);
  }

  move(move: Move): void {
    if (!this.isOver) this.#controls.move(this, move);
  }
}
