/**
 * The rows of a timeline, and the number of its lanes in words. Both are kept until the lanes change, or
 * until the reader shows or hides the rows of libraries.
 */
import {
  listRows,
  ROWS_IN_VIEW,
  type Listed,
  type Listing,
} from "../../timeline/drawing/layout.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { census, folded, plural } from "../../timeline/words/words.ts";

export class RowList {
  #listing: Listing = { rows: [], library: [] };
  /** The `shape` of the timeline when its rows were listed; see `Timeline.shape`. */
  #shape: number | undefined;
  #census = "";
  #showsLibrary = false;

  get rows(): readonly Listed[] {
    return this.#listing.rows;
  }

  /** Says how many processes, threads and tasks the program has. */
  get census(): string {
    return this.#census;
  }

  /** The label of the button that shows or hides the rows of libraries; empty if there are none. */
  get libraryLabel(): string {
    const { library } = this.#listing;
    return library.length === 0 ? "" : `${this.#showsLibrary ? "Hide" : "Show"} ${folded(library)}`;
  }

  /** Says how many rows can only be reached by scrolling; empty if all are in view. */
  get scrollHint(): string {
    const below = this.#listing.rows.length - ROWS_IN_VIEW;
    return below > 0 ? `Scroll to see ${plural(below, "more row")}. ` : "";
  }

  /** Lets the next update list the rows again, even if no lanes have changed. */
  reset(): void {
    this.#shape = undefined;
  }

  toggleLibrary(): void {
    this.#showsLibrary = !this.#showsLibrary;
    this.reset();
  }

  /** If lanes have changed since the last call, or after a reset, lists the rows and returns true. */
  update(timeline: Timeline): boolean {
    if (this.#shape === timeline.shape) return false;
    this.#shape = timeline.shape;
    this.#listing = listRows(timeline, this.#showsLibrary);
    this.#census = census(timeline);
    return true;
  }
}
