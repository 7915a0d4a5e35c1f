/** The timeline of a widget's runs: takes what a run tells of itself, and has it drawn. */
import type { Program } from "../../host/types.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import type { TraceEvent } from "../../timeline/model/trace_events.ts";
import { element } from "../kit/dom.ts";
import { Following, type Told } from "./following.ts";
import { describeClockRate } from "../session/clock_rate.ts";
import { attachTimeline, recordedAt, type AttachedTimeline } from "./timeline.ts";

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

const SUBJECT = "of this run, in your browser";

const MAIN_THREAD = 1;

/** A run that tells nothing of this kind, and of no other thread, has nothing to show. */
const SHOWN = new Set<TraceEvent["kind"]>(["wait", "step", "state"]);

const isShown = (event: TraceEvent): boolean =>
  SHOWN.has(event.kind) || (event.kind === "lane" && event.lane > MAIN_THREAD);

const now = (): number => performance.timeOrigin + performance.now();

/** What is known of a run. */
interface Live {
  following: Following;
  timeline: Timeline;
  /** There is something to show: see `isShown`. */
  isWorthIt: boolean;
}

export class RunTimeline {
  readonly #options: RunTimelineOptions;
  #own: HTMLElement | undefined;
  #attached: AttachedTimeline | undefined;
  #live: Live | undefined;
  /** What understands what runs tell, once it is there. */
  #collect: typeof import("../../timeline/model/collect.ts") | undefined;
  /** Told before the code that understands it was there. */
  #waiting: Told[] = [];
  #run = 0;
  #clockRate = 1;
  /** So many ms of real time have been none of the program's. */
  #lost = 0;
  /** It stands still, at this time of its own. */
  #paused: number | undefined;
  #source = "";
  #filename = "";
  #shown = false;
  /** The reader wants to see the recording, though a run may still have something to tell. */
  #isAside = false;
  #isOver = false;

  constructor(options: RunTimelineOptions) {
    this.#options = options;
    const { figure, traceUrl, go, source } = options;
    const recorded = traceUrl === undefined ? undefined : recordedAt(traceUrl, source);
    if (figure) this.#attached = attachTimeline(figure, recorded, go);
  }

  /** A new run begins; as in `Program`. */
  begin({ clockRate, source, filename }: Pick<Program, "clockRate" | "source" | "filename">): void {
    this.#clockRate = clockRate ?? 1;
    this.#source = source;
    this.#filename = filename;
    this.#run += 1;
    this.#live = undefined;
    this.#waiting = [];
    this.#shown = this.#isAside = this.#isOver = false;
    this.#lost = 0;
    this.#paused = undefined;
    const run = this.#run;
    void import("../../timeline/model/collect.ts").then(
      (collect) => run === this.#run && this.#follow(collect),
      () => undefined, // no network: then there is no timeline
    );
  }

  take(told: Told): void {
    this.#waiting.push(told);
    if (this.#collect) this.#follow(this.#collect);
  }

  /** The program stands still, at this time (ms) of its own. */
  pause(at: number): void {
    this.#paused = at;
    if (!this.#live) return;
    // The clock here went on until this was heard; where waiting takes no time, none says anything.
    this.#live.timeline.pauseAt(at);
    this.#offer(this.#live);
    this.#attached?.changed();
  }

  /** It goes on. */
  resume(): void {
    if (this.#paused === undefined) return;
    const start = this.#live?.following.start;
    if (start !== undefined) this.#lost = now() - start - this.#paused / this.#clockRate;
    this.#paused = undefined;
  }

  /** The run is over. */
  end(): void {
    this.#isOver = true;
    // What is still there is an earlier run's.
    if (!this.#shown && this.#own) this.#own.hidden = true;
    this.#finish();
  }

  /** Back to the recording, if there is one. */
  showRecorded(): void {
    this.#isAside = true;
    this.#shown = false;
    this.#attached?.showRecorded();
    if (this.#own) this.#own.hidden = true;
  }

  /** Shows the last run again, as it was before `showRecorded`. */
  showLive(): void {
    this.#isAside = false;
    if (this.#live) this.#show(this.#live);
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

  #follow(collect: typeof import("../../timeline/model/collect.ts")): void {
    this.#collect = collect;
    for (const told of this.#waiting.splice(0)) {
      this.#live ??= {
        following: new Following(collect, this.#filename, told),
        timeline: new collect.Timeline(),
        isWorthIt: false,
      };
      const read = this.#live.following.read(told);
      if (!read) continue;
      this.#live.isWorthIt ||= read.events.some(isShown);
      this.#live.timeline.add(read.process, read.events, read.parent);
    }
    if (!this.#live) return;
    this.#offer(this.#live);
    // What understands it may have come too late to see the end.
    if (this.#isOver) this.#finish();
    this.#attached?.changed();
  }

  #finish(): void {
    const live = this.#live;
    if (!live) return;
    // One that was stopped has told nothing of its end.
    live.timeline.end(live.timeline.now);
    if (this.#options.figure) this.#show(live);
    this.#attached?.changed();
  }

  /** As soon as it has something to show, or another timeline would be shown beside a paused program. */
  #offer(live: Live): void {
    const isPaused = this.#paused !== undefined;
    if (live.isWorthIt || (isPaused && this.#attached)) this.#show(live);
  }

  #show({ timeline, following: { start } }: Live): void {
    if (this.#shown || this.#isAside) return;
    this.#shown = true;
    this.#attached ??= this.#make();
    if (this.#own) this.#own.hidden = false;
    const clockRate = this.#clockRate;
    const time = describeClockRate(clockRate);
    void this.#attached.show(timeline, {
      what: time === "" ? SUBJECT : `${SUBJECT}, ${time}`,
      source: this.#source,
      // Virtual time goes on only with what the run tells.
      ...(clockRate > 0
        ? { clock: () => this.#paused ?? (now() - start - this.#lost) * clockRate }
        : {}),
    });
  }

  #make(): AttachedTimeline {
    const { after, go } = this.#options;
    this.#own = element("figure", "runnable-timeline");
    after.after(this.#own);
    return attachTimeline(this.#own, undefined, go);
  }
}
