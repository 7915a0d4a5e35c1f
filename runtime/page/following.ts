/** Understands what one run tells of itself, from its first rows on. */
import type { RunEvent } from "../host/types.ts";
import type { ProcessRows, Row } from "../timeline/rows.ts";

export type Told = Extract<RunEvent, { type: "trace" }>;

type Collect = typeof import("../timeline/collect.ts");

export class Following {
  /** In ms since the epoch. */
  readonly start: number;
  readonly #collect: Collect;
  readonly #main: number;

  constructor(collect: Collect, { process, begun }: Told) {
    this.#collect = collect;
    this.#main = process;
    this.start = begun;
  }

  /** The rows in the form of a recording, in which the main process is 1; nothing if they are none. */
  read({ process, parent, begun, origin, rows: text, steps }: Told): ProcessRows | undefined {
    // A program can send anything in the tracer's name.
    const clocks = { start: this.start, begun, origin };
    const rows: Row[] | undefined = this.#collect.asRows(
      this.#collect.readLive(text, steps, clocks),
    );
    if (!rows) return undefined;
    const isMain = process === this.#main;
    return {
      process: isMain ? 1 : process,
      parent: parent === this.#main ? 1 : isMain ? 0 : parent,
      rows,
    };
  }
}
