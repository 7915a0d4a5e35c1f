/** Understands what one run tells of itself, from its first rows on. */
import type { RunEvent } from "../../host/types.ts";
import type { ProcessRows, Row } from "../../timeline/model/rows.ts";
import { filterFor, type TracebackFilter } from "../output/traceback_filter.ts";

export type Told = Extract<RunEvent, { type: "trace" }>;

type Collect = typeof import("../../timeline/model/collect.ts");

export class Following {
  /** In ms since the epoch. */
  readonly start: number;
  readonly #collect: Collect;
  readonly #main: number;
  readonly #filename: string;
  /** What tidies the output of each process. */
  readonly #filters = new Map<number, TracebackFilter>();

  /** `filename` is that of the program. */
  constructor(collect: Collect, filename: string, { process, begun }: Told) {
    this.#filename = filename;
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
      rows: rows.flatMap((row) => this.#tidied(process, row)),
    };
  }

  /** The row with what it prints as the output shows it, and as recordings have it; or nothing. */
  #tidied(process: number, row: Row): Row[] {
    if (row[0] !== "output") return [row];
    const filter = this.#filters.get(process) ?? filterFor(this.#filename);
    this.#filters.set(process, filter);
    const [type, lane, at, stream, text, line] = row;
    const tidied = stream === "stdout" ? filter.shorten(text) : filter.feed(text);
    return tidied === undefined ? [] : [[type, lane, at, stream, tidied, line]];
  }
}
