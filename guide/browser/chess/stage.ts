/** Draws the hall at one moment: tables in rows, the state of each game, and where the masters are. */
import { spanAt, type BoardState, type ExhibitionRun, type MasterState } from "./exhibition_run.ts";
import type { Settings } from "./settings.ts";
import { element } from "../../../runtime/entry/for_elements.ts";

const SVG = "http://www.w3.org/2000/svg";
/**
 * The size of the cell around a table, in units of the drawing. The other constants have this unit, too,
 * unless their comments say otherwise.
 */
const [WIDTH, HEIGHT] = [58, 76];
/** The width and height of a board. */
const BOARD = 32;
/** The distances from the top of a cell to the middle of the board and of the opponent's head. */
const [MIDDLE, HEAD] = [44, 13];
/** The height of the strip above the first row, where masters start, in heights of a cell. */
const ENTRANCE = 0.45;
/** The most tables in a row. */
const MAX_COLUMNS = 12;
/** The distance between two masters at the same table. */
const DISTANCE_BETWEEN_MASTERS = 14;

type Attributes = Record<string, string | number>;

function svgElement(name: string, attributes: Attributes, ...children: SVGElement[]): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

function svgText(text: string, attributes: Attributes): SVGElement {
  const made = svgElement("text", { "text-anchor": "middle", ...attributes });
  made.textContent = text;
  return made;
}

/** An arc that starts at the top and runs clockwise. It shows which share of a time has passed. */
const ring = (attributes: Attributes): SVGElement =>
  svgElement("circle", { class: "chess-ring", pathLength: 100, fill: "none", ...attributes });

/** Sets the length of an arc to a share of the full circle. */
function setLength(arc: SVGElement, share: number): void {
  arc.setAttribute("stroke-dasharray", `${(share * 100).toFixed(1)} 100`);
}

/** The elements of a table that change. */
interface Table {
  group: SVGElement;
  ring: SVGElement;
  /** The sign on the opponent's head that shows the state of the board. */
  mark: SVGElement;
  /** Shows how many moves masters have made. */
  moves: SVGElement;
}

/** The elements of a master that change. */
interface Master {
  group: SVGElement;
  ring: SVGElement;
}

/** The signs for the states of a board. */
const MARKS: Record<BoardState, string> = { waiting: "!", played: "", thinking: "…", over: "✓" };

export class Stage {
  readonly element = element("div", "chess-stage");
  readonly #svg = svgElement("svg", { role: "img", class: "chess-hall" });
  #tables: Table[] = [];
  #masters: Master[] = [];
  #pairs = 0;
  #columns = 0;

  constructor() {
    this.element.append(this.#svg);
  }

  /** Draws the tables and masters for these settings. `show` then adds their states and places the masters. */
  setUp({ boards, masters, pairs }: Settings): void {
    this.#pairs = pairs;
    this.#tables = Array.from({ length: boards }, (_, index) => this.#table(index + 1));
    this.#masters = Array.from({ length: masters }, (_, index) =>
      this.#master(masters > 1 ? String(index + 1) : ""),
    );
    this.#svg.replaceChildren(
      squares(),
      ...this.#tables.map(({ group }) => group),
      ...this.#masters.map(({ group }) => group),
    );
    // The new tables have to be arranged even if they have as many columns as the old ones.
    this.#columns = 0;
    this.arrangeTables();
  }

  /** Arranges the tables in as few rows as the width of the stage and `MAX_COLUMNS` allow. */
  arrangeTables(): void {
    const count = this.#tables.length;
    const room = Math.floor(this.element.clientWidth / WIDTH) || MAX_COLUMNS;
    const rows = Math.ceil(count / Math.max(1, Math.min(count, room, MAX_COLUMNS)));
    // All rows have the same length, as far as possible.
    const columns = Math.ceil(count / rows);
    if (columns === this.#columns) return;
    this.#columns = columns;
    const [width, height] = [columns * WIDTH, (rows + ENTRANCE) * HEIGHT];
    this.#svg.setAttribute("viewBox", `0 0 ${String(width)} ${String(height)}`);
    (this.#svg as SVGSVGElement).style.maxWidth = `${String(width * 1.25)}px`;
    this.#tables.forEach(({ group }, index) => {
      const [x, y] = this.#place(index + 1);
      group.setAttribute("transform", `translate(${String(x - WIDTH / 2)} ${String(y - MIDDLE)})`);
    });
  }

  /**
   * Returns the position of the middle of a board. For 0, the result is the place above the first row where
   * masters start. The boards are numbered in the order in which a single master first visits them: from
   * left to right in the first row, from right to left in the second, and so on.
   */
  #place(board: number): [x: number, y: number] {
    if (board === 0) return [18, HEIGHT * 0.22];
    const row = Math.floor((board - 1) / this.#columns);
    const column = (board - 1) % this.#columns;
    const fromLeft = row % 2 === 0 ? column : this.#columns - 1 - column;
    return [(fromLeft + 0.5) * WIDTH, (row + ENTRANCE) * HEIGHT + MIDDLE];
  }

  /** Draws the table with this number. */
  #table(number: number): Table {
    const mark = svgText("", { x: WIDTH / 2, y: HEAD + 4, class: "chess-mark" });
    const arc = ring({ cx: WIDTH / 2, cy: HEAD, r: 10.5 });
    const moves = svgText("", { x: WIDTH / 2, y: MIDDLE + BOARD / 2 + 11, class: "chess-moves" });
    const [x, y] = [(WIDTH - BOARD) / 2, MIDDLE - BOARD / 2];
    const group = svgElement(
      "g",
      { class: "chess-table" },
      svgElement("circle", { class: "chess-head", cx: WIDTH / 2, cy: HEAD, r: 8 }),
      arc,
      mark,
      svgElement("rect", { class: "chess-board", x, y, width: BOARD, height: BOARD }),
      svgElement("rect", { x, y, width: BOARD, height: BOARD, fill: "url(#chess-squares)" }),
      svgText(String(number), {
        x: x - 3,
        y: MIDDLE + 4,
        class: "chess-number",
        "text-anchor": "end",
      }),
      moves,
    );
    return { group, ring: arc, mark, moves };
  }

  /** Draws a master. `name` is empty if there is only one master. */
  #master(name: string): Master {
    const arc = ring({ r: 13.5 });
    const group = svgElement(
      "g",
      { class: "chess-master" },
      svgElement("circle", { r: 11 }),
      svgText("♛", { y: 5.5, class: "chess-queen" }),
      arc,
    );
    if (name !== "") {
      group.append(
        svgElement("circle", { cx: 10, cy: -9, r: 6.5, class: "chess-badge" }),
        svgText(name, { x: 10, y: -6, class: "chess-badge-text" }),
      );
    }
    return { group, ring: arc };
  }

  /**
   * Shows one moment of a run, or the hall before the first move if there is no run. Returns a
   * description in words.
   *
   * `time` is in seconds of the exhibition.
   */
  show(run: ExhibitionRun | undefined, time: number): string {
    const boardCounts = { waiting: 0, played: 0, thinking: 0, over: 0 };
    this.#tables.forEach(({ group, ring, mark, moves }, index) => {
      const spans = run?.boards.get(index + 1) ?? [];
      const { span, until } = spanAt(spans, time, run?.end ?? 0);
      const state = span?.state ?? "waiting";
      boardCounts[state] += 1;
      group.dataset["state"] = state;
      mark.textContent = MARKS[state];
      moves.textContent = `${String(span?.moves ?? 0)}/${String(this.#pairs)}`;
      const share = state === "thinking" && span ? (time - span.start) / (until - span.start) : 0;
      setLength(ring, share);
    });
    // Masters who have not started yet are drawn side by side above the first row.
    const distance = Math.min(28, (this.#columns * WIDTH - 36) / this.#masters.length);
    // How many masters have been drawn at each place. Further ones are drawn beside them, so that all are seen.
    const mastersAt = new Map<string, number>();
    const masterCounts = { walking: 0, waiting: 0, thinking: 0, gone: 0 };
    let where = "";
    this.#masters.forEach(({ group, ring }, index) => {
      const spans = run?.masters.get(index + 1) ?? [];
      const { span, until } = spanAt(spans, time, run?.end ?? 0);
      const state = span?.state ?? "waiting";
      masterCounts[state] += 1;
      group.dataset["state"] = state;
      const share = span && until > span.start ? (time - span.start) / (until - span.start) : 1;
      const [toX, toY] = this.#place(span?.board ?? 0);
      const [fromX, fromY] = this.#place(span?.from ?? 0);
      const progress = state === "walking" ? share : 1;
      const y = fromY + (toY - fromY) * progress;
      const straight = fromX + (toX - fromX) * progress;
      const spot = `${straight.toFixed()} ${y.toFixed()}`;
      const others = mastersAt.get(spot) ?? 0;
      mastersAt.set(spot, others + 1);
      const x = straight + (span ? others * DISTANCE_BETWEEN_MASTERS : index * distance);
      group.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      setLength(ring, state === "thinking" ? share : 0);
      if (this.#masters.length === 1) where = describe(state, span?.board ?? 0);
    });
    if (this.#masters.length > 1) {
      where =
        `${String(masterCounts.thinking)} masters think, ${String(masterCounts.walking)} walk, ` +
        `${String(masterCounts.waiting)} wait, ${String(masterCounts.gone)} have made their last move`;
    }
    const words =
      `${where}; of ${String(this.#tables.length)} opponents ${String(boardCounts.thinking)} think, ` +
      `${String(boardCounts.waiting)} wait, ${String(boardCounts.over)} have finished`;
    this.#svg.setAttribute("aria-label", `The hall: ${words}.`);
    return words;
  }
}

/** Says in words what the only master does. */
function describe(state: MasterState, board: number): string {
  return board === 0
    ? "the master has not started"
    : DESCRIPTIONS[state].replace("#", String(board));
}

const DESCRIPTIONS: Record<MasterState, string> = {
  walking: "the master walks to board #",
  waiting: "the master waits at board #",
  thinking: "the master thinks at board #",
  gone: "the master has made her last move",
};

/** The pattern that fills a board with four by four squares. */
const squares = (): SVGElement =>
  svgElement(
    "defs",
    {},
    svgElement(
      "pattern",
      {
        id: "chess-squares",
        width: BOARD / 2,
        height: BOARD / 2,
        patternUnits: "userSpaceOnUse",
        x: (WIDTH - BOARD) / 2,
        y: MIDDLE - BOARD / 2,
      },
      svgElement("path", {
        class: "chess-dark",
        d: `M0 0h${String(BOARD / 4)}v${String(BOARD / 2)}h${String(BOARD / 4)}v-${String(BOARD / 4)}h-${String(BOARD / 2)}z`,
      }),
    ),
  );
