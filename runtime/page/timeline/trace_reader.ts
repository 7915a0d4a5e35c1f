/** Converts the trace of a run in the browser, batch by batch, to events like those of a recording. */
import type { RunEvent } from "../../host/types.ts";
import type { ProcessTrace, TraceEvent } from "../../timeline/model/trace_events.ts";
import { withoutControls } from "../output/control_characters.ts";
import { filterFor, type TracebackFilter } from "../output/traceback_filter.ts";

/** Trace events that one process of a run has sent together. */
export type TraceBatch = Extract<RunEvent, { type: "trace" }>;

type Collect = typeof import("../../timeline/model/collect.ts");

export class TraceReader {
  /** When the main process started, in ms since the epoch. */
  readonly start: number;
  readonly #collect: Collect;
  /** The id of the main process. */
  readonly #main: number;
  readonly #filename: string;
  /** A traceback can be split between batches, so each process keeps its filter. */
  readonly #filters = new Map<number, TracebackFilter>();

  /** The last argument is the first batch of the run, which the main process has sent. */
  constructor(collect: Collect, filename: string, { process, begun }: TraceBatch) {
    this.#filename = filename;
    this.#collect = collect;
    this.#main = process;
    this.start = begun;
  }

  /**
   * Decodes a batch, and numbers the main process 1, as in a recording. Returns undefined if the batch
   * is invalid, because a program can send anything in the tracer's name.
   */
  read({ process, parent, begun, origin, rows, steps }: TraceBatch): ProcessTrace | undefined {
    const clocks = { start: this.start, begun, origin };
    const events = this.#collect.decodeEvents(this.#collect.readLive(rows, steps, clocks));
    if (!events) return undefined;
    const isMain = process === this.#main;
    return {
      process: isMain ? 1 : process,
      parent: parent === this.#main ? 1 : isMain ? 0 : parent,
      events: events.flatMap((event) => this.#filtered(process, event)),
    };
  }

  /**
   * Shortens tracebacks in printed text, as in recordings and in the output of a widget, and removes control
   * characters. Returns no event if nothing of the text is left.
   */
  #filtered(process: number, event: TraceEvent): TraceEvent[] {
    if (event.kind !== "output") return [event];
    const filter = this.#filters.get(process) ?? filterFor(this.#filename);
    this.#filters.set(process, filter);
    const text = event.stream === "stdout" ? filter.shorten(event.text) : filter.feed(event.text);
    if (text === undefined) return [];
    const shown = withoutControls(text);
    // A program that only hides the cursor, for example, has printed nothing.
    return shown === "" && text !== "" ? [] : [{ ...event, text: shown }];
  }
}
