/** The timeline of a widget's runs: takes what a run tells of itself, and has it drawn. */
import type { Program, RunEvent } from "../host/types.ts";
import type { Timeline } from "../timeline/model.ts";
import type { Row } from "../timeline/rows.ts";
import { element } from "./dom.ts";
import { say } from "./pace.ts";
import { attachTimeline, type AttachedTimeline } from "./timeline.ts";

export interface RunTimelineOptions {
  /** Of a recording; without it, one is made when a run has something to show. */
  figure: HTMLElement | null;
  /** What a figure of our own is put behind. */
  after: HTMLElement;
  /** The recording's data. */
  traceUrl: string | undefined;
  /** The program that was recorded. */
  source: string;
  /** Marks a line of the source. */
  go: (line: number) => void;
}

type Told = Extract<RunEvent, { type: "trace" }>;

const SUBJECT = "of this run, in your browser";

/** A run that tells none of these has nothing to show. */
const SHOWN = new Set<Row[0]>(["wait", "step", "state"]);

const now = (): number => performance.timeOrigin + performance.now();

/** One run, from its first rows on. */
class Following {
  readonly timeline: Timeline;
  readonly #asRows: (value: unknown) => Row[] | undefined;
  readonly #readLive: typeof import("../timeline/live.ts").readLive;
  readonly #main: number;
  readonly start: number;
  /** Something in it waits, or a collection is watched. */
  isWorthIt = false;

  constructor(collect: typeof import("../timeline/collect.ts"), { process, begun }: Told) {
    this.timeline = new collect.Timeline();
    this.#asRows = collect.asRows;
    this.#readLive = collect.readLive;
    this.#main = process;
    this.start = begun;
  }

  take({ process, parent, begun, origin, rows: text, steps }: Told): void {
    // A program can send anything in the tracer's name.
    const clocks = { start: this.start, begun, origin };
    const rows = this.#asRows(this.#readLive(text, steps, clocks));
    if (!rows) return;
    this.isWorthIt ||= rows.some(([type]) => SHOWN.has(type));
    const isMain = process === this.#main;
    this.timeline.add(isMain ? 1 : process, rows, parent === this.#main ? 1 : isMain ? 0 : parent);
  }
}

export class RunTimeline {
  readonly #options: RunTimelineOptions;
  #own: HTMLElement | undefined;
  #attached: AttachedTimeline | undefined;
  #following: Following | undefined;
  /** What understands what runs tell, once it is there. */
  #collect: typeof import("../timeline/collect.ts") | undefined;
  /** Told before the code that understands it was there. */
  #waiting: Told[] = [];
  #run = 0;
  #pace = 1;
  #source = "";
  #shown = false;

  constructor(options: RunTimelineOptions) {
    this.#options = options;
    const { figure, traceUrl, go, source } = options;
    if (figure) this.#attached = attachTimeline(figure, traceUrl, go, source);
  }

  /** A new run begins; as in `Program`. */
  begin({ pace, source }: Pick<Program, "pace" | "source">): void {
    this.#pace = pace ?? 1;
    this.#source = source;
    this.#run += 1;
    this.#following = undefined;
    this.#waiting = [];
    this.#shown = false;
    const run = this.#run;
    void import("../timeline/collect.ts").then(
      (collect) => run === this.#run && this.#follow(collect),
      () => undefined, // no network: then there is no timeline
    );
  }

  take(told: Told): void {
    this.#waiting.push(told);
    if (this.#collect) this.#follow(this.#collect);
  }

  /** The run is over. */
  end(): void {
    const following = this.#following;
    // What is still there is an earlier run's.
    if (!this.#shown && this.#own) this.#own.hidden = true;
    if (!following) return;
    // One that was stopped has told nothing of its end.
    following.timeline.end(following.timeline.now);
    if (this.#options.figure) this.#show(following);
    this.#attached?.changed();
  }

  /** Back to the recording, if there is one. */
  showRecorded(): void {
    this.#run += 1;
    this.#shown = false;
    this.#attached?.showRecorded();
    if (this.#own) this.#own.hidden = true;
  }

  /** Shows the last run again, as it was before `showRecorded`. */
  showLive(): void {
    if (this.#following) this.#show(this.#following);
  }

  /** Marks what happened in a line of the source; 0 for none. */
  mark(line: number): void {
    this.#attached?.mark(line);
  }

  close(): void {
    this.#run += 1;
    this.#attached?.close();
    this.#own?.remove();
  }

  #follow(collect: typeof import("../timeline/collect.ts")): void {
    this.#collect = collect;
    for (const told of this.#waiting.splice(0)) {
      this.#following ??= new Following(collect, told);
      this.#following.take(told);
    }
    const following = this.#following;
    if (!following) return;
    if (following.isWorthIt) this.#show(following);
    this.#attached?.changed();
  }

  #show({ timeline, start }: Following): void {
    if (this.#shown) return;
    this.#shown = true;
    this.#attached ??= this.#make();
    if (this.#own) this.#own.hidden = false;
    const pace = this.#pace;
    const time = say(pace);
    void this.#attached.show(timeline, {
      what: time === "" ? SUBJECT : `${SUBJECT}, ${time}`,
      source: this.#source,
      // Virtual time goes on only with what the run tells.
      ...(pace > 0 ? { clock: () => (now() - start) * pace } : {}),
    });
  }

  #make(): AttachedTimeline {
    const { after, go } = this.#options;
    this.#own = element("figure", "runnable-timeline");
    after.after(this.#own);
    return attachTimeline(this.#own, undefined, go);
  }
}
