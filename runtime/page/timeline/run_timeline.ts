/** Shows the runs of a widget as timelines, from the traces that arrive while the programs run. */
import type { Program } from "../../host/types.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import type { TraceEvent } from "../../timeline/model/trace_events.ts";
import { element } from "../kit/dom.ts";
import { TraceReader, type TraceBatch } from "./trace_reader.ts";
import { describeClockRate } from "../session/clock_rate.ts";
import { attachTimeline, type AttachedTimeline } from "./attached_timeline.ts";

export interface RunTimelineOptions {
  /** The timeline of the recording. Without it, one is made when a run has something to show. */
  recorded: AttachedTimeline | undefined;
  /** A figure that has to be made is put after this element. */
  after: HTMLElement;
  /** Marks a line of the program; 0 removes the mark. */
  markLine: (line: number) => void;
}

type Collect = typeof import("../../timeline/model/collect.ts");

/** Says in the caption which run is shown; see `Subject.what`. */
const SUBJECT = "of this run, in your browser";

/** The id of the lane of a process's main thread. */
const MAIN_THREAD = 1;

/**
 * A run is worth a timeline if it has an event of these kinds, or a lane other than those of processes and
 * main threads. Recordings follow the same rule, see mkdocs_runnable/recording/tracing.py.
 */
const KINDS_WORTH_SHOWING = new Set<TraceEvent["kind"]>(["wait", "step", "state"]);

/** Whether an event makes its run worth a timeline. */
const isWorthShowing = (event: TraceEvent): boolean =>
  KINDS_WORTH_SHOWING.has(event.kind) || (event.kind === "lane" && event.lane > MAIN_THREAD);

/** The present time in ms since the epoch, computed as in the workers of the program. */
const now = (): number => performance.timeOrigin + performance.now();

/** A run whose trace has begun to arrive. */
interface LiveRun {
  reader: TraceReader;
  timeline: Timeline;
  isWorthShowing: boolean;
}

export class RunTimeline {
  readonly #options: RunTimelineOptions;
  /** The figure that was made because there is no recorded timeline. */
  #own: HTMLElement | undefined;
  #attached: AttachedTimeline | undefined;
  #live: LiveRun | undefined;
  /** The module that decodes traces, once it is loaded. */
  #collect: Collect | undefined;
  /** Batches of the trace that arrived before that module was loaded. */
  #pending: TraceBatch[] = [];
  /** Number of the present run, so that a module that arrives late does not affect a later run. */
  #run = 0;
  #clockRate = 1;
  /** How many ms of real time do not count for the program, because it was paused. */
  #pausedMs = 0;
  /** What the program's clock shows during a pause, in ms; undefined while the program runs. */
  #pausedAt: number | undefined;
  /** The program of the present run. */
  #source = "";
  #filename = "";
  /** Whether the figure shows the present run. */
  #isShown = false;
  /** Whether the figure has shown the present run before the reader reset the widget. */
  #wasShown = false;
  /** Whether the reader has reset or left the widget, although the run may still send events. */
  #isHidden = false;
  #isOver = false;

  constructor(options: RunTimelineOptions) {
    this.#options = options;
    this.#attached = options.recorded;
  }

  /** Notes that a new run starts, with these options of `Program`. */
  begin({ clockRate, source, filename }: Pick<Program, "clockRate" | "source" | "filename">): void {
    this.#clockRate = clockRate ?? 1;
    this.#source = source;
    this.#filename = filename;
    this.#run += 1;
    this.#live = undefined;
    this.#pending = [];
    this.#isShown = this.#wasShown = this.#isHidden = this.#isOver = false;
    this.#pausedMs = 0;
    this.#pausedAt = undefined;
    const run = this.#run;
    void import("../../timeline/model/collect.ts").then(
      (collect) => run === this.#run && this.#decodePending(collect),
      () => undefined, // If the network fails, there is no timeline.
    );
  }

  /** Takes the next events of the run. */
  take(batch: TraceBatch): void {
    this.#pending.push(batch);
    if (this.#collect) this.#decodePending(this.#collect);
  }

  /** Notes that the program is paused while its clock shows this time, in ms. */
  pause(at: number): void {
    this.#pausedAt = at;
    if (!this.#live) return;
    // In real time, the timeline may be ahead, because the message took a while. In virtual time, the
    // timeline may be behind, because it advances only with events.
    this.#live.timeline.pauseAt(at);
    this.#offer(this.#live);
    this.#attached?.changed();
  }

  /** Notes that the program has been resumed. */
  resume(): void {
    if (this.#pausedAt === undefined) return;
    const start = this.#live?.reader.start;
    // The program's clock continues from the time that it showed during the pause.
    if (start !== undefined) this.#pausedMs = now() - start - this.#pausedAt / this.#clockRate;
    this.#pausedAt = undefined;
  }

  /** Notes that the run is over. */
  end(): void {
    this.#isOver = true;
    // If this run has not been shown, a figure that is in the page shows an earlier run.
    if (!this.#isShown && this.#own) this.#own.hidden = true;
    this.#finish();
  }

  /** Shows the recording instead of the run. If there is no recording, hides the figure. */
  showRecorded(): void {
    this.#isHidden = true;
    this.#wasShown ||= this.#isShown;
    this.#isShown = false;
    this.#attached?.showRecorded();
    if (this.#own) this.#own.hidden = true;
  }

  /** Shows the last run again, as it was before `showRecorded`. */
  showLive(): void {
    this.#isHidden = false;
    if (this.#live && (this.#wasShown || this.#live.isWorthShowing)) this.#show(this.#live);
  }

  /** Marks the segments of a line of the program; 0 for none. */
  mark(line: number): void {
    this.#attached?.mark(line);
  }

  /** Restores the static figure, or removes the one that was made. Events that still arrive are not shown. */
  close(): void {
    this.#run += 1;
    this.#isHidden = true;
    this.#attached?.close();
    this.#own?.remove();
  }

  #decodePending(collect: Collect): void {
    this.#collect = collect;
    for (const batch of this.#pending.splice(0)) {
      this.#live ??= {
        reader: new TraceReader(collect, this.#filename, batch),
        timeline: new collect.Timeline(),
        isWorthShowing: false,
      };
      const read = this.#live.reader.read(batch);
      if (!read) continue;
      this.#live.isWorthShowing ||= read.events.some(isWorthShowing);
      this.#live.timeline.add(read.process, read.events, read.parent);
    }
    if (!this.#live) return;
    this.#offer(this.#live);
    // The module may have been loaded after the end of the run.
    if (this.#isOver) this.#finish();
    this.#attached?.changed();
  }

  #finish(): void {
    const live = this.#live;
    if (!live) return;
    // The trace of a run that was stopped says nothing about its end.
    live.timeline.end(live.timeline.now);
    // Beside the output of this run, the timeline of the recording would mislead readers.
    if (this.#options.recorded) this.#show(live);
    this.#attached?.changed();
  }

  /**
   * Shows the run once it is worth a timeline. While the program is paused, the run replaces the
   * timeline of another run in any case, because that timeline would mislead readers.
   */
  #offer(live: LiveRun): void {
    const isPaused = this.#pausedAt !== undefined;
    if (live.isWorthShowing || (isPaused && this.#attached)) this.#show(live);
  }

  #show({ timeline, reader: { start } }: LiveRun): void {
    if (this.#isShown || this.#isHidden) return;
    this.#isShown = true;
    this.#attached ??= this.#makeFigure();
    if (this.#own) this.#own.hidden = false;
    const clockRate = this.#clockRate;
    const time = describeClockRate(clockRate);
    void this.#attached.show(timeline, {
      what: time === "" ? SUBJECT : `${SUBJECT}, ${time}`,
      source: this.#source,
      // Virtual time advances only with the events of the run.
      ...(clockRate > 0
        ? { clock: () => this.#pausedAt ?? (now() - start - this.#pausedMs) * clockRate }
        : {}),
    });
  }

  #makeFigure(): AttachedTimeline {
    const { after, markLine } = this.#options;
    this.#own = element("figure", "runnable-timeline");
    after.after(this.#own);
    return attachTimeline(this.#own, undefined, markLine);
  }
}
