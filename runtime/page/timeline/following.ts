/** Understands what one run tells of itself, from its first rows on. */
import type { RunEvent } from "../../host/types.ts";
import type { ProcessTrace, TraceEvent } from "../../timeline/model/trace_events.ts";
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

  /** The events with ids as in a recording, where the main process is 1; undefined if they are invalid. */
  read({ process, parent, begun, origin, rows: text, steps }: Told): ProcessTrace | undefined {
    // A program can send anything in the tracer's name.
    const clocks = { start: this.start, begun, origin };
    const events = this.#collect.decodeEvents(this.#collect.readLive(text, steps, clocks));
    if (!events) return undefined;
    const isMain = process === this.#main;
    return {
      process: isMain ? 1 : process,
      parent: parent === this.#main ? 1 : isMain ? 0 : parent,
      events: events.flatMap((event) => this.#tidied(process, event)),
    };
  }

  /** The event with printed text as the output and recordings show it; nothing if it is left out. */
  #tidied(process: number, event: TraceEvent): TraceEvent[] {
    if (event.kind !== "output") return [event];
    const filter = this.#filters.get(process) ?? filterFor(this.#filename);
    this.#filters.set(process, filter);
    const text = event.stream === "stdout" ? filter.shorten(event.text) : filter.feed(event.text);
    return text === undefined ? [] : [{ ...event, text }];
  }
}
