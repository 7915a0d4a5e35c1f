/** Draws the static figure of a finished run, or of several in comparison. It needs no scripts. */
import * as draw from "./draw.ts";
import { headline } from "../words/headline.ts";
import { labelWidth, layOut, listRows, ROWS_IN_VIEW } from "./layout.ts";
import type { Timeline } from "../model/timeline.ts";
import { tables } from "./tables.ts";
import { tree, type Tree } from "./tree.ts";
import { census, folded, plural, time } from "../words/words.ts";

/** How many bars and signs are drawn at most. */
const MAX_ELEMENTS = 600;
/** How many rows each table has at most. */
const TABLE_ROWS = 40;
/**
 * Positions are in thousandths of the width of the tracks, because a static figure does not know how wide
 * the page will be.
 */
const WIDTH = 1000;
/** The width of a pixel in this unit on a wide page, where the tracks are about 520 pixels wide. */
const PIXEL = WIDTH / 520;
/** The width of a pixel in this unit on a phone, where the tracks are about 330 pixels wide. */
const PHONE_PIXEL = WIDTH / 330;
/** The width of the narrowest bar in this unit, a little more than a pixel on a wide page. */
const MIN_BAR_WIDTH = 2;
/** The approximate number of labels on the time axis: as many as fit on a phone. */
const TICKS = 6;

export interface FigureOptions {
  /** Where the run took place, for the caption: "recorded on CPython 3.13". */
  what: string;
  /** A name that no other figure of the page has. It makes the ids in the figure unique. */
  name: string;
  /** Replaces the number of lanes and the duration in the caption. */
  about?: string;
  /** Replaces the headline that is computed from the run. */
  says?: string;
}

/** Returns a `<figure>`. */
export function figure(timeline: Timeline, options: FigureOptions): Tree {
  const { what, name, about = `${census(timeline)}, ${time(timeline.now)}` } = options;
  const says = options.says ?? headline(timeline);
  // The ids of widgets contain no dot, so no widget can have this id.
  const hatch = `hatch.${name.replace(/[^\w.-]+/g, "-")}`;
  const look: draw.Look = {
    unit: draw.percent,
    hatch,
    isTight: (text, room) => labelWidth(text) * PHONE_PIXEL > room,
  };
  const { rows, library } = listRows(timeline, false);
  const chart = layOut(timeline, rows, {
    from: 0,
    // Even if the run took no time, the span must not be empty.
    to: Math.max(timeline.known, 0.001),
    width: WIDTH,
    rowIndexes: [...rows.slice(0, ROWS_IN_VIEW).keys()],
    narrowest: MIN_BAR_WIDTH,
    budget: MAX_ELEMENTS,
    ticks: TICKS,
    pixel: PIXEL,
    phonePixel: PHONE_PIXEL,
    line: 0,
  });
  const found = draw.findings(timeline);
  const hidden = [];
  if (rows.length > ROWS_IN_VIEW) hidden.push(plural(rows.length - ROWS_IN_VIEW, "more row"));
  if (library.length > 0) hidden.push(folded(library));
  return tree(
    "figure",
    { class: "runnable-timeline" },
    tree(
      "figcaption",
      { class: "tl-head" },
      tree("span", {}, `Timeline ${what}: ${about}`),
      tree("div", { class: "tl-tools" }),
    ),
    says === "" ? undefined : tree("p", { class: "tl-says" }, says),
    found.length > 0 ? tree("ul", { class: "tl-findings" }, ...found) : undefined,
    tree(
      "div",
      {
        class: "tl-chart",
        role: "img",
        "aria-label": `Timeline: ${about}. ${says}`.trim(),
        // As long as a browser has not laid out the chart, the style sheet computes its height from this
        // number of rows; see out_of_view.css.
        style: `--tl-rows:${String(chart.tracks.length)}`,
      },
      draw.definitions(hatch),
      draw.grid(chart, look),
      tree(
        "div",
        { class: "tl-lanes" },
        ...chart.tracks.map((track) => draw.row(track, draw.staticTrack(track, look), undefined)),
      ),
      draw.axis(chart, look),
    ),
    hidden.length > 0
      ? tree("p", { class: "tl-more" }, `Not shown: ${hidden.join(", ")}.`)
      : undefined,
    tree("p", { class: "tl-panel tl-legend" }, ...draw.legend(timeline, look)),
    tree(
      "details",
      {},
      tree("summary", {}, "The timeline as a table"),
      // Where scripts run, the browser reads the content of <noscript> as text, which takes less time than
      // making elements. The page makes the elements when a reader opens the details.
      tree(
        "noscript",
        {},
        tree(
          "div",
          // This element scrolls, so it must be reachable with the keyboard.
          { class: "tl-tables", role: "group", "aria-label": "Tables", tabindex: 0 },
          ...tables(timeline, TABLE_ROWS),
        ),
      ),
    ),
  );
}
