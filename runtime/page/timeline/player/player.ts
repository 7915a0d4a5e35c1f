/**
 * Steps through a run that is over, or plays it back. The page loads this module when a reader opens the
 * player.
 */
import { titleOf } from "../../../timeline/drawing/comparison.ts";
import { describeMoment, maxSectionLines, sections } from "../../../timeline/words/moment_words.ts";
import { Moments, type Moment, type Print } from "../../../timeline/model/moments.ts";
import type { Lane } from "../../../timeline/model/lane.ts";
import type { Timeline } from "../../../timeline/model/timeline.ts";
import { inSlices } from "../../../timeline/model/pieces.ts";
import { firstIndex } from "../../../timeline/model/search.ts";
import type { Section } from "../../../timeline/words/sections.ts";
import { tree } from "../../../timeline/drawing/tree.ts";
import { moment } from "../../../timeline/words/words.ts";
import { button, element, enable } from "../../kit/dom.ts";
import { CodeExcerpt } from "../../kit/code_excerpt.ts";
import { patchChildren } from "../../kit/patch_dom.ts";
import { Playback } from "./playback.ts";
import { addStyles } from "../../kit/styles.ts";
import { ReservedHeight } from "./reserved_height.ts";
import { sectionList } from "./section_list.ts";
import styles from "../../styles/late/player.css";

/** What a player computes in advance about a run. */
export interface Prepared {
  moments: Moments;
  /** For each section, the most lines that its list needs at any examined moment; see `maxSectionLines`. */
  maxLines: number[];
}

/** Prepares a player. If the run has many tasks, this takes a while, but the page stays responsive. */
export async function prepare(timeline: Timeline): Promise<Prepared> {
  const moments = await inSlices(Moments.from(timeline));
  return { moments, maxLines: await inSlices(maxSectionLines(moments)) };
}

export interface PlayerOptions {
  prepared: Prepared;
  /** The program that ran; without it, the player shows no lines of code. */
  source: string | undefined;
  /** Marks a line of the program; 0 removes the mark. */
  markLine: (line: number) => void;
  /** Called when the player shows this moment or, during playback, a time after the moment. */
  show: (moment: Moment, time: number) => void;
  /** Called when the reader presses Close. */
  close: () => void;
}

const SPEEDS: readonly { speed: number; label: string }[] = [
  { speed: 10, label: "10 × faster" },
  { speed: 1, label: "Real speed" },
  { speed: 1 / 10, label: "10 × slower" },
  { speed: 1 / 100, label: "100 × slower" },
  { speed: 1 / 1000, label: "1,000 × slower" },
];

/** How many printed lines are in view without scrolling, and how many there are at most. */
const LINES_IN_VIEW = 10;
const MAX_LINES = 200;

/** The height of a printed line, as in player.css. */
const LINE_HEIGHT_EM = 1.5;

/** The shortest time between two changes of the texts during playback. */
const REFRESH_MS = 50;

export class Player {
  readonly element = element("div", "tl-player");
  readonly #options: PlayerOptions;
  readonly #moments: Moments;
  readonly #playback = new Playback();
  readonly #previous = button("Previous", () => this.#step(-1));
  readonly #play = button("Play", () => this.#press());
  readonly #next = button("Next", () => this.#step(1));
  readonly #slider = element("input", "tl-player-slider");
  readonly #place = element("span", "tl-player-place");
  readonly #speed = element("select", "runnable-button runnable-pace");
  readonly #description = element("p", "tl-player-told");
  readonly #excerpt: CodeExcerpt;
  readonly #parts = element("div", "tl-player-parts");
  readonly #printed = element("pre", "tl-player-printed");
  /** The length of the longest title of the compared runs; 0 if only one run is shown. */
  readonly #titleLength: number;
  readonly #reserved = [new ReservedHeight(this.#description), new ReservedHeight(this.#parts)];
  /** The index of the moment that is shown. */
  #number = 0;
  /** The time that is shown, in ms since the start of the run. */
  #time = 0;
  /**
   * How many of `Moments.changes` had happened at the time that the texts describe; -1 if they describe a
   * moment with everything that happens until the next one.
   */
  #changes = -1;
  /** When playback last changed the texts, by `performance.now()`. */
  #refreshed = 0;

  constructor(options: PlayerOptions) {
    addStyles(styles);
    this.#options = options;
    this.#moments = options.prepared.moments;
    const { printed, timeline } = this.#moments;
    const titles = [...timeline.processes.values()].map(titleOf);
    this.#titleLength = Math.max(...titles.map(({ length }) => length));
    this.#excerpt = new CodeExcerpt(options.source ?? "");
    this.#excerpt.element.hidden = options.source === undefined;
    // A widget would treat an input event of the slider as an edit of the code, and prepare a run.
    this.element.addEventListener("input", (event) => event.stopPropagation());
    this.element.role = "group";
    this.element.ariaLabel = "Steps of this run";
    this.#play.classList.add("tl-player-play");
    for (const { label, speed } of SPEEDS) this.#speed.append(new Option(label, String(speed)));
    this.#speed.value = "1";
    this.#speed.ariaLabel = "Playback speed";
    this.#speed.addEventListener("change", () => {
      this.#playback.speed = Number(this.#speed.value);
    });
    this.#slider.type = "range";
    this.#slider.max = String(this.#last);
    this.#slider.ariaLabel = "Step";
    this.#slider.addEventListener("input", () => this.#go(this.#slider.valueAsNumber));
    // This area scrolls, so the keyboard must be able to reach it.
    this.#printed.tabIndex = 0;
    this.#printed.role = "group";
    this.#printed.ariaLabel = "Printed so far";
    const linesInView = Math.min(LINES_IN_VIEW, printed.length || 1);
    this.#printed.style.height = `${String(LINE_HEIGHT_EM * linesInView)}em`;
    const close = button("Close", () => this.#options.close());
    const buttons = [this.#previous, this.#play, this.#next, this.#speed];
    this.element.append(
      element("div", "tl-player-bar", ...buttons),
      element("div", "tl-player-bar", this.#slider, this.#place, close),
      this.#description,
      this.#excerpt.element,
      this.#parts,
      element("p", "tl-player-label", "Printed so far"),
      this.#printed,
    );
    options.prepared.maxLines.forEach((count, index) => {
      this.element.style.setProperty(`--tl-most-${String(index)}`, String(count));
    });
    this.#show(0);
  }

  get #last(): number {
    return this.#moments.all.length - 1;
  }

  focus(): void {
    this.#next.focus();
  }

  /** Goes to the moment that shows a segment; see `Moments.indexFor`. */
  goTo(segment: { lane: Lane; index: number }): void {
    this.#go(this.#moments.indexFor(segment));
  }

  close(): void {
    this.#playback.stop();
    this.element.remove();
  }

  #step(by: number): void {
    const to = this.#number + by;
    if (to >= 0 && to <= this.#last) this.#go(to);
  }

  #go(number: number): void {
    this.#pause();
    this.#show(number);
  }

  // --- playing ----------------------------------------------------------------------------------

  /** Pauses or starts playback. */
  #press(): void {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.#playback.isPlaying) {
      // The texts may be up to `REFRESH_MS` old, so bring them up to date.
      this.#refreshed = 0;
      if (!isCalm) this.#playTo(this.#time, false);
      return this.#pause();
    }
    const isOver = this.#number === this.#last;
    this.#description.ariaLive = "off";
    if (isOver) this.#show(0);
    this.#playback.start(this.#time, (time) => this.#playTo(time, isCalm));
    this.#update();
  }

  #pause(): void {
    this.#playback.stop();
    this.#description.ariaLive = "polite";
    this.#update();
  }

  /**
   * Shows the run at a time. Returns false at the end of the run. If `isCalm` is true, because the reader
   * prefers reduced motion, only the moments are shown, and no times between them.
   */
  #playTo(time: number, isCalm: boolean): boolean {
    const number = this.#moments.lastAt(time);
    if (number < this.#last) {
      if (!isCalm) this.#showAt(number, time);
      else if (number !== this.#number) this.#show(number);
      return true;
    }
    this.#show(number);
    this.#pause();
    return false;
  }

  // --- drawing ----------------------------------------------------------------------------------

  /** Shows a moment as a step, with everything that happens until the next one. */
  #show(number: number): void {
    const now = this.#moments.all[number]!;
    this.#changes = -1;
    this.#time = now.at;
    this.#describe(number);
    this.#fill(sections(this.#moments, number), this.#moments.printedBy(number));
    this.#options.show(now, now.at);
  }

  /**
   * Shows the state at a time between a moment and the next one. The texts change only every `REFRESH_MS`, so
   * they may be a little older.
   */
  #showAt(number: number, time: number): void {
    const { changes } = this.#moments;
    this.#time = time;
    const count = firstIndex(changes.length, (index) => changes[index]! > time);
    const now = performance.now();
    if (count !== this.#changes && now - this.#refreshed >= REFRESH_MS) {
      this.#refreshed = now;
      this.#changes = count;
      if (number !== this.#number) this.#describe(number);
      const parts = sections(this.#moments, number, time);
      this.#fill(parts, this.#moments.printedBy(number, time));
    }
    this.#options.show(this.#moments.all[this.#number]!, time);
  }

  /** Describes the moment with this index in words, and marks its line. */
  #describe(number: number): void {
    this.#number = number;
    const { who, text, line } = describeMoment(this.#moments, number);
    const step = `Step ${String(number + 1)} of ${String(this.#last + 1)} at ${moment(this.#moments.all[number]!.at)}`;
    this.#place.textContent = step;
    this.#slider.value = String(number);
    this.#slider.setAttribute("aria-valuetext", who === "" ? step : `${step}: ${who}`);
    this.#description.replaceChildren(...(who === "" ? [] : [element("strong", "", who)]), text);
    this.#excerpt.show(line);
    this.#options.markLine(line);
    this.#update();
  }

  #update(): void {
    const isOver = this.#number === this.#last;
    const { isPlaying } = this.#playback;
    this.#play.textContent = isPlaying ? "Pause" : isOver ? "Play again" : "Play";
    enable(this.#previous, this.#number > 0);
    enable(this.#next, !isOver);
  }

  /** Fills the lists, and the area with the printed lines. */
  #fill(parts: Section[], printed: Print[]): void {
    patchChildren(this.#parts, parts.map(sectionList));
    const lines = printed.slice(-MAX_LINES).map(({ mark, moment, lane }) => {
      const stream = mark.kind === "stderr" ? "runnable-stderr " : "";
      const isNew = moment === this.#number ? "runnable-at" : "";
      const title = titleOf(lane.process);
      const by = title && tree("strong", {}, `${title.padEnd(this.#titleLength)}  `);
      return tree("span", { class: (stream + isNew).trim() }, by, `${mark.text}\n`);
    });
    patchChildren(this.#printed, lines);
    this.#printed.scrollTop = this.#printed.scrollHeight;
    for (const reserved of this.#reserved) reserved.update();
  }
}
