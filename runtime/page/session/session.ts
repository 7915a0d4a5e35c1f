/** Runs one program at a time in a tab. A new run ends the run before it. */
import type { Host, Move, Outcome, Program, Run, RunEvent } from "../../host/types.ts";

/** The part of the page that starts a run, for example a widget. */
export interface Owner {
  /** How sentences that readers see name the owner, for example `tea/brewing.py`. */
  readonly title: string;
  /** Called when another owner, with the title `by`, starts a run, which ends the run of this owner. */
  displaced(by: string): void;
}

/** A run from the moment at which its owner asks for it until its outcome is known. */
class RequestedRun {
  readonly owner: Owner;
  /** Resolves when the run is stopped; never rejects. */
  readonly stopped: Promise<undefined>;
  #resolveStopped: () => void = () => undefined;
  isStopped = false;
  /** The host's run, once the host has started the program. */
  run: Run | undefined;
  /** Settles when the outcome is known. */
  done: Promise<unknown> = Promise.resolve();

  constructor(owner: Owner) {
    this.owner = owner;
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = () => resolve(undefined);
    });
  }

  /** Asks the program to end, or keeps it from starting. A second call ends it immediately. */
  stop(): void {
    this.isStopped = true;
    this.#resolveStopped();
    this.run?.stop();
  }
}

export class Session {
  readonly #load: () => Promise<Host>;
  #host: Promise<Host> | undefined;
  #current: RequestedRun | undefined;

  /** `load` is called when the host is first needed, and again when it is next needed if that has failed. */
  constructor(load: () => Promise<Host>) {
    this.#load = load;
  }

  /** Whether this owner has a run that has not ended, even if its program has not started yet. */
  isRunning(owner: Owner): boolean {
    return this.#current?.owner === owner;
  }

  /** Prepares a run of one of these programs, as far as that takes little time and data; see `Host.open`. */
  open(sources: readonly string[]): void {
    this.#loadHost().then(
      (host) => host.open(sources),
      () => undefined,
    );
  }

  /** Loads and starts what a run of this program needs. If that fails, only the run itself reports it. */
  prepare(source: string): void {
    this.#loadHost().then(
      (host) => host.prepare(source),
      () => undefined,
    );
  }

  /**
   * Stops the current run, waits for its end, and then runs the program. From now on the session
   * belongs to the owner, even if the program still has to be fetched.
   *
   * @param owner - The part of the page that the run belongs to.
   * @param program - The program; if its promise rejects, the outcome is "failed".
   * @param listen - Called with everything that the run reports.
   * @returns How the run ended. The promise never rejects; see `Outcome`.
   */
  run(
    owner: Owner,
    program: Program | Promise<Program>,
    listen: (event: RunEvent) => void,
  ): Promise<Outcome> {
    const before = this.#current;
    const requested = new RequestedRun(owner);
    this.#current = requested;
    // A second call of stop() would end a program that is still cleaning up.
    if (before && !before.isStopped) before.stop();
    if (before && before.owner !== owner) before.owner.displaced(owner.title);
    const outcome = this.#start(requested, before?.done, program, listen);
    requested.done = outcome;
    return outcome;
  }

  /** Stops the owner's run, in whatever phase it is. Runs of other owners continue. */
  stop(owner: Owner): void {
    if (this.#current?.owner === owner) this.#current.stop();
  }

  /** Answers the owner's program, which has asked for input; undefined stands for the end of the input. */
  answer(owner: Owner, text: string | undefined): void {
    if (this.#current?.owner === owner) this.#current.run?.answer(text);
  }

  /** Pauses, resumes or steps the owner's program. */
  move(owner: Owner, how: Move): void {
    if (this.#current?.owner === owner) this.#current.run?.move(how);
  }

  async #start(
    requested: RequestedRun,
    before: Promise<unknown> | undefined,
    program: Program | Promise<Program>,
    listen: (event: RunEvent) => void,
  ): Promise<Outcome> {
    const ready = Promise.race([Promise.all([this.#loadHost(), program]), requested.stopped]);
    // If `ready` rejects before it is awaited below, browsers would report an unhandled rejection.
    ready.catch(() => undefined);
    try {
      await before;
      const loaded = await ready;
      if (loaded === undefined || requested.isStopped) return { type: "stopped" };
      const [host, fetched] = loaded;
      requested.run = host.run(fetched, listen);
      return await requested.run.outcome;
    } catch (error) {
      return { type: "failed", message: error instanceof Error ? error.message : String(error) };
    } finally {
      if (this.#current === requested) this.#current = undefined;
    }
  }

  /** Loads the host once. After a failure, the next call tries again. */
  #loadHost(): Promise<Host> {
    this.#host ??= this.#load().catch((error: unknown) => {
      this.#host = undefined;
      throw error;
    });
    return this.#host;
  }
}
