/** The `<details>` of a timeline, in which readers find the same data as tables when they open it. */
import { tables } from "../../timeline/drawing/tables.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { element } from "../kit/dom.ts";
import { patchChildren } from "../kit/patch_dom.ts";
import { unpackTables } from "./static_tables.ts";

/** How many rows each table has at most. */
const MAX_ROWS = 200;

export class TableDetails {
  readonly element: HTMLDetailsElement;
  readonly #tables = element("div", "tl-tables");
  /** The static tables, which come back when the timeline closes. */
  readonly #original: ChildNode[];

  /** Takes over the figure's `<details>`, or adds one. */
  constructor(figure: HTMLElement) {
    this.element = figure.querySelector("details") ?? newDetails();
    // All but the summary.
    this.#original = [...this.element.childNodes].slice(1);
    if (!this.element.parentNode) figure.append(this.element);
    for (const node of this.#original) node.remove();
    this.#tables.role = "group";
    this.#tables.ariaLabel = "Tables";
    // The tables scroll, so the keyboard must be able to reach them.
    this.#tables.tabIndex = 0;
    this.element.append(this.#tables);
  }

  /** Brings the tables up to date, if they are open. */
  fill(timeline: Timeline | undefined): void {
    if (!timeline || !this.element.open) return;
    patchChildren(this.#tables, tables(timeline, MAX_ROWS));
  }

  /** Brings the static tables back. */
  restore(): void {
    const summary = this.element.firstChild;
    this.element.replaceChildren(...(summary ? [summary] : []), ...this.#original);
    if (this.element.open) unpackTables(this.element);
  }
}

function newDetails(): HTMLDetailsElement {
  return element("details", "", element("summary", "", "The timeline as a table"));
}
