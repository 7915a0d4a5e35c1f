/** Opens the player of a timeline ("Step through"), and shows its time as a playhead in the chart. */
import type { Timeline } from "../../../timeline/model/timeline.ts";
import type { Moment } from "../../../timeline/model/moments.ts";
import { element } from "../../kit/dom.ts";
import type { Player } from "./player.ts";
import type { Place } from "../chart/selection.ts";
import type { Span } from "../chart/span.ts";
import { toast } from "../../kit/toast.ts";

export interface SteppingOptions {
  /** The button "Step through". The view calls `press` when readers press it. */
  button: HTMLButtonElement;
  /** The element to which the playhead is added. */
  chart: HTMLElement;
  /** The player is put after this element. */
  after: HTMLElement;
  span: Span;
  /** Returns the run that the timeline shows. */
  run: () => { timeline: Timeline | undefined; source: string | undefined };
  /** Marks a line of the program; 0 removes the mark. */
  markLine: (line: number) => void;
  /** Selects a segment and brings its row into view; undefined ends the selection. */
  reveal: (segment: Place | undefined) => void;
  /** Returns a function that brings back what is selected and in view now. */
  remember: () => () => void;
  /** Draws the chart again, because `span` has changed. */
  redraw: () => void;
  /** The width in px of the part of the chart that shows `span`. */
  width: () => number;
}

export class Stepping {
  readonly #options: SteppingOptions;
  readonly #playhead = element("div", "tl-playhead");
  #player: Player | undefined;
  /** Brings back what was selected and in view before the player was opened. */
  #restore: () => void = () => undefined;
  #loading = false;
  /** The time that the player shows, in ms. */
  #time = 0;
  /** The segment that the player shows. */
  #shown: Place | undefined;

  constructor(options: SteppingOptions) {
    this.#options = options;
    this.update();
  }

  get isOpen(): boolean {
    return this.#player !== undefined;
  }

  /**
   * Brings the button up to date. The button is hidden until the run is over, because the player needs all
   * events of the run.
   */
  update(): void {
    const { button } = this.#options;
    button.hidden = !this.#options.run().timeline?.ended;
    button.ariaExpanded = String(this.isOpen);
  }

  /** Shows a segment in the player; returns false if the player is not open. */
  goTo(segment: Place): boolean {
    this.#player?.goTo(segment);
    return this.isOpen;
  }

  /** Moves the playhead to its place in the chart, which has just been drawn. */
  placePlayhead(): void {
    if (!this.#player) return;
    const { span, width } = this.#options;
    const share = (this.#time - span.from) / (span.to - span.from);
    this.#playhead.hidden = share < 0 || share > 1;
    this.#playhead.style.transform = `translateX(${(share * width()).toFixed(1)}px)`;
  }

  /** Closes the player, and brings back what was selected and in view before. */
  close(): void {
    const player = this.#player;
    if (!player) return;
    this.#player = undefined;
    player.close();
    this.#playhead.remove();
    this.#restore();
    this.update();
  }

  /** Opens the player, or closes it. */
  async press(): Promise<void> {
    if (this.#player) return this.#leave();
    if (this.#loading) return;
    const { run, after, chart, markLine, remember } = this.#options;
    const { timeline, source } = run();
    if (!timeline?.ended) return;
    this.#loading = true;
    const loaded = await import("./player.ts").catch(() => undefined);
    const prepared = await loaded?.prepare(timeline);
    this.#loading = false;
    if (!loaded)
      toast("The player could not be loaded. Check your network connection and try again.");
    // In the meantime, another run may have started, or the timeline may have left the page.
    if (!loaded || !prepared || run().timeline !== timeline || !chart.isConnected) return;
    this.#restore = remember();
    this.#shown = undefined;
    this.#player = new loaded.Player({
      prepared,
      source,
      markLine,
      show: (moment, time) => this.#show(placeOf(moment), time),
      close: () => this.#leave(),
    });
    chart.append(this.#playhead);
    after.after(this.#player.element);
    this.update();
    this.placePlayhead();
    this.#player.focus();
  }

  #leave(): void {
    this.close();
    this.#options.button.focus();
  }

  #show(segment: Place | undefined, time: number): void {
    const { span, reveal, redraw } = this.#options;
    this.#time = time;
    const isSame = segment?.lane === this.#shown?.lane && segment?.index === this.#shown?.index;
    this.#shown = segment;
    if (!isSame) reveal(segment);
    if (span.keep(time)) redraw();
    this.placePlayhead();
  }
}

/**
 * Finds the segment that the chart selects at a moment: the first one of the turn or, if the moment is a
 * change of watched collections, the present one of the lane that has changed them. At the end of the run,
 * there is none.
 */
function placeOf({ at, turn, collections }: Moment): Place | undefined {
  if (turn) return { lane: turn.lane, index: turn.first };
  const index = collections ? collections.lane.indexAt(at) : -1;
  return collections && index >= 0 ? { lane: collections.lane, index } : undefined;
}
