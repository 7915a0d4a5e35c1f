/** Steps through a run that is over, and plays it again. Loaded when it is wanted. */
import { titleOf } from "../../../timeline/drawing/comparison.ts";
import { most, sections, story } from "../../../timeline/words/moment_words.ts";
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
import { Replay } from "./replay.ts";
import { addStyles } from "../../kit/styles.ts";
import { part, Room } from "./parts.ts";
import styles from "../../styles/player.css";

/** What a player is made of. */
export interface Prepared {
  moments: Moments;
  /** The lines that each list needs at most. */
  most: number[];
}

/** Of very many tasks this takes a while, in which the page goes on. */
export async function prepare(timeline: Timeline): Promise<Prepared> {
  const moments = await inSlices(Moments.from(timeline));
  return { moments, most: await inSlices(most(moments)) };
}

export interface PlayerOptions {
  prepared: Prepared;
  /** The program that ran; without it none of its lines is shown. */
  source: string | undefined;
  /** Marks a line of the source; 0 for none. */
  go: (line: number) => void;
  /** The reader is at this moment now, or at a time between it and the next. */
  show: (moment: Moment, time: number) => void;
  close: () => void;
}

const PACES: readonly { pace: number; label: string }[] = [
  { pace: 10, label: "10 × faster" },
  { pace: 1, label: "Real speed" },
  { pace: 1 / 10, label: "10 × slower" },
  { pace: 1 / 100, label: "100 × slower" },
  { pace: 1 / 1000, label: "1,000 × slower" },
];

/** So many lines of what was printed are in sight, and so many are kept. */
const LINES = 10;
const KEPT_LINES = 200;

/** Between two texts of a run that is played, in ms: nobody reads faster. */
const REFRESH = 50;

export class Player {
  readonly element = element("div", "tl-player");
  readonly #options: PlayerOptions;
  readonly #moments: Moments;
  readonly #replay = new Replay();
  readonly #previous = button("Previous", () => this.#step(-1));
  readonly #play = button("Play", () => this.#press());
  readonly #next = button("Next", () => this.#step(1));
  readonly #slider = element("input", "tl-player-slider");
  readonly #place = element("span", "tl-player-place");
  readonly #pace = element("select", "runnable-button runnable-pace");
  readonly #told = element("p", "tl-player-told");
  readonly #excerpt: CodeExcerpt;
  readonly #parts = element("div", "tl-player-parts");
  readonly #printed = element("pre", "tl-player-printed");
  /** Of compared runs: as long as the longest. */
  readonly #titleLength: number;
  readonly #rooms = [new Room(this.#told), new Room(this.#parts)];
  #number = 0;
  #time = 0;
  /** So many changes had come at the time that is shown. */
  #changes = -1;
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
    // Whoever types into a widget is about to run it; this is no such input.
    this.element.addEventListener("input", (event) => event.stopPropagation());
    this.element.role = "group";
    this.element.ariaLabel = "Steps of this run";
    this.#play.classList.add("tl-player-play");
    for (const { label, pace } of PACES) this.#pace.append(new Option(label, String(pace)));
    this.#pace.value = "1";
    this.#pace.ariaLabel = "Playback speed";
    this.#pace.addEventListener("change", () => (this.#replay.pace = Number(this.#pace.value)));
    this.#slider.type = "range";
    this.#slider.max = String(this.#last);
    this.#slider.ariaLabel = "Step";
    this.#slider.addEventListener("input", () => this.#go(this.#slider.valueAsNumber));
    // It scrolls, so the keyboard must reach it.
    this.#printed.tabIndex = 0;
    this.#printed.role = "group";
    this.#printed.ariaLabel = "Printed so far";
    this.#printed.style.height = `${String(1.5 * Math.min(LINES, printed.length || 1))}em`;
    const close = button("Close", () => this.#options.close());
    const buttons = [this.#previous, this.#play, this.#next, this.#pace];
    this.element.append(
      element("div", "tl-player-bar", ...buttons),
      element("div", "tl-player-bar", this.#slider, this.#place, close),
      this.#told,
      this.#excerpt.element,
      this.#parts,
      element("p", "tl-player-label", "Printed so far"),
      this.#printed,
    );
    options.prepared.most.forEach((count, index) => {
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

  /** To the moment that shows a segment best. */
  goTo(segment: { lane: Lane; index: number }): void {
    this.#go(this.#moments.of(segment));
  }

  close(): void {
    this.#replay.stop();
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

  #press(): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.#replay.isPlaying) {
      this.#refreshed = 0;
      if (!calm) this.#playTo(this.#time, false);
      return this.#pause();
    }
    const isOver = this.#number === this.#last;
    this.#told.ariaLive = "off";
    if (isOver) this.#show(0);
    this.#replay.start(this.#time, (time) => this.#playTo(time, calm));
    this.#update();
  }

  #pause(): void {
    this.#replay.stop();
    this.#told.ariaLive = "polite";
    this.#update();
  }

  /** Whether there is more to play. */
  #playTo(time: number, calm: boolean): boolean {
    const number = this.#moments.lastAt(time);
    if (number < this.#last) {
      if (!calm) this.#showAt(number, time);
      else if (number !== this.#number) this.#show(number);
      return true;
    }
    this.#show(number);
    this.#pause();
    return false;
  }

  // --- what is shown ----------------------------------------------------------------------------

  /** A moment as a step: with all that comes of it. */
  #show(number: number): void {
    const now = this.#moments.all[number]!;
    this.#changes = -1;
    this.#time = now.at;
    this.#tell(number);
    this.#fill(sections(this.#moments, number), this.#moments.printedBy(number));
    this.#options.show(now, now.at);
  }

  /** What there is at a time between a moment and the next. */
  #showAt(number: number, time: number): void {
    const { changes } = this.#moments;
    this.#time = time;
    const count = firstIndex(changes.length, (index) => changes[index]! > time);
    const now = performance.now();
    if (count !== this.#changes && now - this.#refreshed >= REFRESH) {
      this.#refreshed = now;
      this.#changes = count;
      if (number !== this.#number) this.#tell(number);
      const parts = sections(this.#moments, number, time);
      this.#fill(parts, this.#moments.printedBy(number, time));
    }
    this.#options.show(this.#moments.all[this.#number]!, time);
  }

  #tell(number: number): void {
    this.#number = number;
    const { who, text, line } = story(this.#moments, number);
    const step = `Step ${String(number + 1)} of ${String(this.#last + 1)} at ${moment(this.#moments.all[number]!.at)}`;
    this.#place.textContent = step;
    this.#slider.value = String(number);
    this.#slider.setAttribute("aria-valuetext", who === "" ? step : `${step}: ${who}`);
    this.#told.replaceChildren(...(who === "" ? [] : [element("strong", "", who)]), text);
    this.#excerpt.show(line);
    this.#options.go(line);
    this.#update();
  }

  #update(): void {
    const isOver = this.#number === this.#last;
    const { isPlaying } = this.#replay;
    this.#play.textContent = isPlaying ? "Pause" : isOver ? "Play again" : "Play";
    enable(this.#previous, this.#number > 0);
    enable(this.#next, !isOver);
  }

  #fill(parts: Section[], printed: Print[]): void {
    patchChildren(this.#parts, parts.map(part));
    const lines = printed.slice(-KEPT_LINES).map(({ mark, moment, lane }) => {
      const stream = mark.kind === "stderr" ? "runnable-stderr " : "";
      const isNew = moment === this.#number ? "runnable-at" : "";
      const title = titleOf(lane.process);
      const by = title && tree("strong", {}, `${title.padEnd(this.#titleLength)}  `);
      return tree("span", { class: (stream + isNew).trim() }, by, `${mark.text}\n`);
    });
    patchChildren(this.#printed, lines);
    this.#printed.scrollTop = this.#printed.scrollHeight;
    for (const room of this.#rooms) room.keep();
  }
}
