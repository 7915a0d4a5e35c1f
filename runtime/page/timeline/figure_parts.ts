/**
 * The parts of an interactive timeline around its chart. They replace the content of the static figure, apart
 * from its `<details>`.
 */
import * as draw from "../../timeline/drawing/draw.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { button, element, enable } from "../kit/dom.ts";
import { patchChildren } from "../kit/patch_dom.ts";
import type { Span } from "./chart/span.ts";
import type { Description } from "./description.ts";
import type { RowList } from "./row_list.ts";
import { TableDetails } from "./table_details.ts";
import { makeTools, type Tool, type Tools } from "./tools.ts";

export class FigureParts {
  readonly tables: TableDetails;
  readonly tools: Tools;
  /** Describes the bar that is under the pointer, focused or selected, or else shows the legend. */
  readonly panel = element("p", "tl-panel");
  readonly #figure: HTMLElement;
  /** The static content, apart from the `<details>`. It comes back when the timeline closes. */
  readonly #original: ChildNode[];
  readonly #caption = element("span", "");
  readonly #headline = element("p", "tl-says");
  readonly #findings = element("ul", "tl-findings");
  /** Says how many rows are out of view, and contains the button for the rows of libraries. */
  readonly #more = element("p", "tl-more");
  /** The button that shows or hides the rows of libraries. */
  readonly #library: HTMLButtonElement;

  /**
   * Puts the chart and all parts into the figure.
   *
   * @param onTool - called when a reader presses a button above the chart.
   * @param onLibrary - called when a reader presses the button for the rows of libraries.
   */
  constructor(
    figure: HTMLElement,
    chart: HTMLElement,
    onTool: (tool: Tool) => void,
    onLibrary: () => void,
  ) {
    this.#figure = figure;
    this.tools = makeTools(onTool);
    const details = figure.querySelector("details");
    this.#original = [...figure.childNodes].filter((node) => node !== details);
    for (const node of this.#original) node.remove();
    this.tables = new TableDetails(figure);
    this.#library = button("", onLibrary);
    this.#library.classList.add("tl-link");
    this.panel.ariaLive = "off";
    const head = element("figcaption", "tl-head", this.#caption, this.tools.element);
    this.tables.element.before(
      ...[head, this.#headline, this.#findings, chart, this.#more, this.panel],
    );
  }

  describe({ caption, headline }: Description): void {
    this.#caption.textContent = caption;
    if (this.#headline.textContent !== headline) this.#headline.textContent = headline;
    this.#headline.hidden = headline === "";
  }

  showFindings(timeline: Timeline): void {
    patchChildren(this.#findings, draw.findings(timeline));
    this.#findings.hidden = !this.#findings.hasChildNodes();
  }

  /** Says how many rows are out of view, and offers to show or hide those of libraries. */
  showMore({ libraryLabel, scrollHint }: RowList): void {
    this.#library.textContent = libraryLabel;
    this.#more.replaceChildren(scrollHint, ...(libraryLabel === "" ? [] : [this.#library]));
    this.#more.hidden = libraryLabel === "" && scrollHint === "";
  }

  focusLibrary(): void {
    this.#library.focus({ preventScroll: true });
  }

  enableZoom({ isWhole, isFinest }: Span): void {
    const { buttons } = this.tools;
    enable(buttons.out, !isWhole);
    enable(buttons.whole, !isWhole);
    enable(buttons.in, !isFinest);
  }

  showSentence(sentence: string): void {
    this.panel.classList.remove("tl-legend");
    patchChildren(this.panel, [{ tag: "span", attributes: {}, children: [sentence] }]);
  }

  showLegend(timeline: Timeline, look: draw.Look): void {
    this.panel.classList.add("tl-legend");
    patchChildren(this.panel, draw.legend(timeline, look));
  }

  /**
   * Keeps the panel at least as high as it is now, while it shows the legend, so that shorter sentences move
   * nothing below it.
   */
  keepPanelHeight(): void {
    this.panel.style.minHeight = "";
    this.panel.style.minHeight = `${String(this.panel.getBoundingClientRect().height)}px`;
  }

  /** Brings the static content back in place of the parts. */
  restore(): void {
    const { element: details } = this.tables;
    for (const node of [...this.#figure.childNodes]) if (node !== details) node.remove();
    this.tables.restore();
    details.before(...this.#original);
  }
}
