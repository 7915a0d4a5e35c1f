/**
 * Reads what happened in the exhibition, and when, from the output of the program. A master is one of the
 * strong players who go from board to board; an opponent stays at one board.
 */

/**
 * What happens at a board: the opponent waits for a master (`waiting`), a master thinks there (`played`),
 * the opponent thinks (`thinking`), or the game is over (`over`).
 */
export type BoardState = "waiting" | "played" | "thinking" | "over";
/** What a master does. A master is gone after her last move. */
export type MasterState = "walking" | "waiting" | "thinking" | "gone";

/** A stretch of time in which a board is in one state. It ends where the next one begins. */
export interface BoardSpan {
  /** When the span begins, in seconds of the exhibition. */
  start: number;
  state: BoardState;
  /** How many moves masters have made at this board so far. */
  moves: number;
}

/** A stretch of time in which a master does one thing. */
export interface MasterSpan {
  /** When the span begins, in seconds of the exhibition. */
  start: number;
  state: MasterState;
  /** The number of the board where the master is, or to which she walks. */
  board: number;
  /** The number of the board of the master's previous span; 0 in the first span. */
  from: number;
}

/** Sums over all masters or all boards, in seconds. */
export interface Totals {
  /** For how long masters think, walk and wait, until each has made her last move. */
  thinking: number;
  walking: number;
  waiting: number;
  /** How long opponents who have replied wait for a master. */
  opponentsWaiting: number;
}

/** A line about one board, such as "12.50 s  board  3: master 1 moves". */
const LINE =
  /^(\d+\.\d\d) s {2}board +(\d+): (?:master (\d+) (walks here|is here|thinks|moves)|the opponent replies)$/;
/** The last line. */
const END = /^(\d+\.\d\d) s {2}all games over$/;

export class ExhibitionRun {
  /** When the last game was over, in seconds. */
  readonly end: number;
  /** What happened at each board, by the number of the board, from 1. */
  readonly boards = new Map<number, BoardSpan[]>();
  /** What each master did, by the number of the master, from 1. */
  readonly masters = new Map<number, MasterSpan[]>();

  /**
   * Reads the output of the program.
   *
   * @throws Error if the output is incomplete, or contains a line that the program does not print.
   */
  constructor(text: string) {
    let end: number | undefined;
    for (const line of text.trimEnd().split("\n")) {
      const last = END.exec(line);
      if (last) end = Number(last[1]);
      else this.#read(line);
    }
    if (end === undefined) throw new Error("The exhibition did not finish.");
    this.end = end;
    this.#close();
  }

  #read(line: string): void {
    const found = LINE.exec(line);
    if (!found) throw new Error(`The program printed an unexpected line: “${line}”.`);
    const [, time, boardNumber, who, what] = found;
    const [start, board] = [Number(time), Number(boardNumber)];
    const spans = this.boards.get(board) ?? [{ start: 0, state: "waiting", moves: 0 }];
    this.boards.set(board, spans);
    const { moves } = spans.at(-1)!;
    // Without a master, the line says that the opponent replies.
    if (who === undefined) {
      spans.push({ start, state: "waiting", moves });
      return;
    }
    if (what === "thinks") spans.push({ start, state: "played", moves });
    if (what === "moves") spans.push({ start, state: "thinking", moves: moves + 1 });
    const master = Number(who);
    const masterSpans = this.masters.get(master) ?? [];
    this.masters.set(master, masterSpans);
    const from = masterSpans.at(-1)?.board ?? 0;
    const state = what === "walks here" ? "walking" : what === "thinks" ? "thinking" : "waiting";
    masterSpans.push({ start, state, board, from });
  }

  /** Corrects the last spans: a game is over with its last reply, and a master leaves after her last move. */
  #close(): void {
    for (const spans of this.boards.values()) spans.at(-1)!.state = "over";
    for (const spans of this.masters.values()) spans.at(-1)!.state = "gone";
  }

  get totals(): Totals {
    const totals = { thinking: 0, walking: 0, waiting: 0, opponentsWaiting: 0 };
    for (const spans of this.masters.values()) {
      spans.forEach(({ state, start }, index) => {
        if (state !== "gone") totals[state] += spans[index + 1]!.start - start;
      });
    }
    for (const spans of this.boards.values()) {
      spans.forEach(({ state, start, moves }, index) => {
        if (state !== "waiting" || moves === 0) return;
        totals.opponentsWaiting += spans[index + 1]!.start - start;
      });
    }
    return totals;
  }
}

/**
 * Finds the span at a time, and until when it lasts. The last span ends at `end`. Before the first span,
 * `span` is undefined.
 */
export function spanAt<Span extends { start: number }>(
  spans: readonly Span[],
  time: number,
  end: number,
): { span: Span | undefined; until: number } {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start <= time) low = middle + 1;
    else high = middle;
  }
  return { span: spans[low - 1], until: spans[low]?.start ?? end };
}
