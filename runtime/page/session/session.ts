/** One run at a time in a tab: whoever presses Run next stops the one before. */
import type { Host, Move, Outcome, Program, Run, RunEvent } from "../../host/types.ts";

/** Who started a run, for example a widget. */
export interface Owner {
  /** Shown to readers, for example `chess/asynchronous.py`. */
  readonly title: string;
  /** Another owner's Run has just ended this one's. */
  displaced(by: string): void;
}

class Turn {
  readonly owner: Owner;
  readonly stopped: Promise<undefined>;
  #resolve: () => void = () => undefined;
  isStopped = false;
  run: Run | undefined;
  done: Promise<unknown> = Promise.resolve();

  constructor(owner: Owner) {
    this.owner = owner;
    this.stopped = new Promise((resolve) => {
      this.#resolve = () => resolve(undefined);
    });
  }

  /** A second call ends the program at once. */
  stop(): void {
    this.isStopped = true;
    this.#resolve();
    this.run?.stop();
  }
}

export class Session {
  readonly #load: () => Promise<Host>;
  #host: Promise<Host> | undefined;
  #turn: Turn | undefined;

  /** `load` is called at the first run, and again after it has failed. */
  constructor(load: () => Promise<Host>) {
    this.#load = load;
  }

  /** Whether this owner's program is running or about to. */
  isRunning(owner: Owner): boolean {
    return this.#turn?.owner === owner;
  }

  /** Does what costs little of what a run of one of these programs needs. */
  open(sources: readonly string[]): void {
    this.#ready().then(
      (host) => host.open(sources),
      () => undefined,
    );
  }

  /** Fetches and starts what the next run needs; if that fails, the run will tell. */
  prepare(source: string): void {
    this.#ready().then(
      (host) => host.prepare(source),
      () => undefined,
    );
  }

  /**
   * Ends what runs now and then starts the program. Never rejects: see `Outcome`. The owner's turn
   * begins at once, also when the program still has to be fetched; if that fails, the run has.
   */
  run(
    owner: Owner,
    program: Program | Promise<Program>,
    listen: (event: RunEvent) => void,
  ): Promise<Outcome> {
    const before = this.#turn;
    const turn = new Turn(owner);
    this.#turn = turn;
    // One that is stopping already keeps the time that it has to come to its end.
    if (before && !before.isStopped) before.stop();
    if (before && before.owner !== owner) before.owner.displaced(owner.title);
    const outcome = this.#start(turn, before?.done, program, listen);
    turn.done = outcome;
    return outcome;
  }

  /** Ends the owner's run, whatever it is doing; nothing happens when another's is running. */
  stop(owner: Owner): void {
    if (this.#turn?.owner === owner) this.#turn.stop();
  }

  /** Answers the owner's program, which has asked for input. */
  answer(owner: Owner, text: string | undefined): void {
    if (this.#turn?.owner === owner) this.#turn.run?.answer(text);
  }

  /** Pauses the owner's program, and what comes after that. */
  move(owner: Owner, how: Move): void {
    if (this.#turn?.owner === owner) this.#turn.run?.move(how);
  }

  async #start(
    turn: Turn,
    before: Promise<unknown> | undefined,
    program: Program | Promise<Program>,
    listen: (event: RunEvent) => void,
  ): Promise<Outcome> {
    const ready = Promise.race([Promise.all([this.#ready(), program]), turn.stopped]);
    // What fails meanwhile is told when the run before is over.
    ready.catch(() => undefined);
    try {
      await before;
      const got = await ready;
      if (got === undefined || turn.isStopped) return { type: "stopped" };
      const [host, fetched] = got;
      turn.run = host.run(fetched, listen);
      return await turn.run.outcome;
    } catch (error) {
      return { type: "failed", message: error instanceof Error ? error.message : String(error) };
    } finally {
      if (this.#turn === turn) this.#turn = undefined;
    }
  }

  #ready(): Promise<Host> {
    this.#host ??= this.#load().catch((error: unknown) => {
      this.#host = undefined;
      throw error;
    });
    return this.#host;
  }
}
