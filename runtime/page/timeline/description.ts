/** Describes a timeline in words: its caption, its headline and the accessible name of its chart. */
import type { Timeline } from "../../timeline/model/timeline.ts";
import { headline } from "../../timeline/words/headline.ts";
import { time } from "../../timeline/words/words.ts";

/** What a timeline shows, for its texts and its player. */
export interface Subject {
  /** Which run is shown: "recorded on CPython 3.13" or "of this run, in your browser". */
  what: string;
  /** Replaces the number of lanes and the duration of the run in the caption and the accessible name. */
  about?: string;
  /** Replaces the headline that is computed from the run. */
  says?: string;
  /**
   * For a run in progress: returns ms since the main process began. Without a clock, the timeline
   * advances only with the events of the run.
   */
  clock?: () => number;
  /** The program that ran. */
  source?: string | undefined;
}

export interface Description {
  caption: string;
  /** The sentence above the chart; empty if there is nothing to point out. */
  headline: string;
  /** The accessible name of the chart. */
  label: string;
}

const KEYS = "Arrow keys go from state to state and from row to row.";

export class Describer {
  #computed: { timeline: Timeline; version: number; headline: string } | undefined;

  /** `census` says how many processes, threads and tasks there are. */
  describe(timeline: Timeline, subject: Subject, census: string): Description {
    const about = subject.about ?? `${census}, ${time(timeline.now)}`;
    const found = subject.says ?? this.#headline(timeline);
    return {
      caption: `Timeline ${subject.what}: ${about}`,
      headline: found,
      label: [`Timeline: ${about}.`, found, KEYS].filter((part) => part !== "").join(" "),
    };
  }

  /**
   * Computes the headline once for each version of the timeline. The headline depends on all segments, which
   * do not change when the reader zooms.
   */
  #headline(timeline: Timeline): string {
    const { version } = timeline;
    if (this.#computed?.timeline !== timeline || this.#computed.version !== version) {
      this.#computed = { timeline, version, headline: headline(timeline) };
    }
    return this.#computed.headline;
  }
}
