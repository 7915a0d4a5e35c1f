/**
 * The hall is the interactive part of `<chess-exhibition>`. It runs the program of a snippet in virtual
 * time, with the settings that readers choose, and shows as an animation what the program has printed.
 */
import { ExhibitionRun } from "./exhibition_run.ts";
import { clock, duration, number, seconds } from "./formatting.ts";
import { boardToBoard, gameAfterGame, speedupLimit } from "./formula.ts";
import {
  FIELDS,
  MAX_BOARDS,
  nearestValid,
  STORY,
  withSettings,
  type Field,
  type Settings,
} from "./settings.ts";
import {
  addStyles,
  button,
  element,
  enable,
  freshId,
  tabFor,
  whenRunIsLikely,
  type Owner,
  type Session,
} from "../../../runtime/entry/for_elements.ts";
import { Chart, type Measurement } from "./chart.ts";
import { Stage } from "./stage.ts";
import styles from "./hall.css";

/** Playback speeds: how many seconds of the exhibition are shown in one second. */
const SPEEDS = [1, 10, 60, 300, 1800];
const DEFAULT_SPEED = 60;

/**
 * If the reader has run the program and then changes a setting, the program runs again when the settings
 * have stayed the same for this time, so that it does not run for each value that a slider passes.
 */
const SLIDER_REST_MS = 300;

/** Two runs with the same settings, one for each way of playing. */
interface Runs {
  boardToBoard: ExhibitionRun;
  gameAfterGame: ExhibitionRun;
}

type Way = keyof Runs;

/**
 * Adds the interactive exhibition to the element, and returns a function that removes it. Does nothing if
 * the page does not contain the snippet that the element names.
 */
export function openHall(root: HTMLElement): () => void {
  const name = root.dataset["snippet"] ?? "";
  const snippet = document.querySelector<HTMLElement>(`runnable-snippet[data-name="${name}"]`);
  const source = snippet?.dataset["source"];
  if (!snippet || source === undefined) return () => undefined;
  addStyles(styles);
  const { session } = tabFor(snippet.dataset);
  const hall = new Hall(root, source, session);
  return () => hall.close();
}

class Hall implements Owner {
  readonly title = "the chess exhibition";
  readonly #root: HTMLElement;
  readonly #source: string;
  readonly #session: Session;
  /** Aborted when the hall is closed. */
  readonly #end = new AbortController();
  readonly #reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #stage = new Stage();
  readonly #chart = new Chart();
  readonly #status = element("p", "chess-status");
  readonly #numbers = element("div", "chess-numbers");
  readonly #scene = element("p", "chess-scene");
  readonly #play: HTMLButtonElement;
  /** The button that runs the program with each number of opponents. */
  readonly #all: HTMLButtonElement;
  readonly #time = element("input", "chess-time");
  readonly #clock = element("output", "chess-clock");
  readonly #speed = element("select", "runnable-button chess-speed");
  readonly #panel = element("div", "chess-panel");
  readonly #observer = new ResizeObserver(() => {
    this.#stage.arrangeTables();
    this.#show();
    this.#chart.draw(this.#settings, this.#measurements);
  });
  /** For each setting, the function that shows a value in its field. */
  readonly #showValue = new Map<keyof Settings, (value: number) => void>();
  #settings: Settings = { ...STORY };
  #way: Way = "boardToBoard";
  /** The runs with the present settings, once there are any. */
  #runs: Runs | undefined;
  /** The measurements of runs whose settings differ from the present ones at most in `boards`. */
  #measurements: Measurement[] = [];
  /** The time that is shown, in seconds of the exhibition. */
  #now = 0;
  /** A description in words of the scene that is drawn. */
  #description = "";
  #isPlaying = false;
  /** Whether the reader has run the program. From then on, it runs again when a setting changes. */
  #hasRun = false;
  /**
   * Grows with each request for runs, and when the last request is not wanted any more. Runs of earlier
   * requests are dropped when they end.
   */
  #request = 0;
  /** The timer that runs the program when the settings have not changed for a while. */
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;

  constructor(root: HTMLElement, source: string, session: Session) {
    this.#root = root;
    this.#source = source;
    this.#session = session;
    this.#play = button(this.#reducedMotion.matches ? "Run" : "Play", () => void this.#press());
    this.#play.classList.add("chess-play");
    this.#all = button("Run with 1 to 32 opponents", () => void this.#measureAll());
    this.#status.setAttribute("role", "status");
    this.#build();
    this.#stage.setUp(this.#settings);
    this.#observer.observe(this.#stage.element);
    this.#say(
      `Press ${this.#play.textContent}: the program below runs in your browser, in virtual time.`,
    );
    this.#reducedMotion.addEventListener("change", () => this.#pause(), {
      signal: this.#end.signal,
    });
    whenRunIsLikely(this.#panel, this.#panel, this.#end.signal, () => session.prepare(source));
    this.#update();
  }

  close(): void {
    this.#end.abort();
    this.#request += 1;
    clearTimeout(this.#restTimer);
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.#session.stop(this);
    this.#panel.remove();
  }

  displaced(by: string): void {
    this.#request += 1;
    this.#say(`Stopped because you ran ${by}.`);
  }

  /** Makes the controls, and puts all parts of the hall into the page. */
  #build(): void {
    const fields = element("fieldset", "chess-fields", element("legend", "", "The exhibition"));
    fields.append(...FIELDS.map((field) => this.#field(field)));
    const story = button("Back to the story", () => this.#set({ ...STORY }));
    fields.append(story);
    const ways = element("fieldset", "chess-ways", element("legend", "", "Played"));
    ways.append(
      this.#choice("boardToBoard", "from board to board"),
      this.#choice("gameAfterGame", "game after game"),
    );
    for (const speed of SPEEDS) {
      const text = speed === 1 ? "real time" : `${String(speed)} × faster`;
      this.#speed.append(
        new Option(text, String(speed), speed === DEFAULT_SPEED, speed === DEFAULT_SPEED),
      );
    }
    this.#speed.setAttribute("aria-label", "Playback speed");
    this.#speed.hidden = this.#reducedMotion.matches;
    this.#time.type = "range";
    this.#time.min = "0";
    this.#time.step = "0.5";
    this.#time.setAttribute("aria-label", "Time in the exhibition");
    this.#time.addEventListener("input", () => {
      this.#pause();
      this.#go(Number(this.#time.value));
      this.#describeScene();
    });
    const bar = element("div", "chess-bar", this.#play, this.#speed, this.#clock, this.#time);
    const legend = element("p", "chess-legend");
    for (const [state, text] of [
      ["thinking", "… the opponent thinks"],
      ["waiting", "! the opponent waits for a master"],
      ["played", "♛ a master thinks"],
      ["over", "✓ the game is over"],
    ] as const) {
      const sample = element("span", "chess-key", text);
      sample.dataset["state"] = state;
      legend.append(sample);
    }
    this.#panel.append(
      ...[fields, ways, this.#stage.element, legend, bar, this.#scene],
      ...[this.#status, this.#numbers, this.#chart.element, this.#all],
    );
    this.#root.prepend(this.#panel);
  }

  /** Makes a slider and a number field for a setting. */
  #field(field: Field): HTMLElement {
    const { key, label, min, max, step, unit } = field;
    const slider = element("input", "chess-slider");
    const exact = element("input", "chess-exact");
    const id = freshId();
    const text = element("label", "chess-label", unit === "" ? label : `${label}, ${unit}`);
    text.htmlFor = slider.id = id;
    slider.type = "range";
    exact.type = "number";
    exact.setAttribute("aria-label", `${text.textContent}, exact value`);
    for (const input of [slider, exact]) {
      Object.assign(input, { min: String(min), max: String(max), step: String(step) });
    }
    const change = (value: number): void => {
      const valid = nearestValid(field, value);
      if (valid !== undefined && valid !== this.#settings[key]) {
        this.#set({ ...this.#settings, [key]: valid });
      }
    };
    slider.addEventListener("input", () => change(slider.valueAsNumber));
    exact.addEventListener("change", () => {
      change(exact.valueAsNumber);
      exact.value = String(this.#settings[key]);
    });
    const show = (value: number): void => {
      slider.value = String(value);
      exact.value = String(value);
    };
    show(this.#settings[key]);
    this.#showValue.set(key, show);
    return element("div", "chess-field", text, slider, exact);
  }

  /** Makes a radio button for a way of playing. */
  #choice(way: Way, text: string): HTMLElement {
    const radio = element("input", "");
    Object.assign(radio, {
      type: "radio",
      name: "chess-way",
      value: way,
      checked: way === this.#way,
    });
    radio.addEventListener("change", () => {
      this.#way = way;
      this.#pause();
      this.#go(0);
      this.#update();
    });
    return element("label", "", radio, ` ${text}`);
  }

  /** Changes the settings, and runs the program again soon if the reader has run it before. */
  #set(settings: Settings): void {
    // If only the number of opponents has changed, the measurements stay in the chart.
    const { boards: _, ...rest } = this.#settings;
    const isSameCurve = Object.entries(rest).every(
      ([key, value]) => settings[key as keyof Settings] === value,
    );
    if (!isSameCurve) this.#measurements = [];
    this.#settings = settings;
    for (const [key, show] of this.#showValue) show(settings[key]);
    this.#request += 1;
    this.#runs = undefined;
    this.#now = 0;
    this.#stage.setUp(settings);
    this.#update();
    clearTimeout(this.#restTimer);
    if (this.#hasRun) this.#restTimer = setTimeout(() => void this.#run(), SLIDER_REST_MS);
  }

  /**
   * Handles the button Play, Pause or Run: runs the program if necessary, and starts or pauses playback.
   * For readers who prefer reduced motion, it describes the scene in words instead of playing.
   */
  async #press(): Promise<void> {
    if (this.#isPlaying) return this.#pause();
    if (!this.#runs && !(await this.#run())) return;
    if (this.#reducedMotion.matches) return this.#describeScene();
    if (this.#now >= this.#length) this.#now = 0;
    this.#start();
  }

  /** Runs the program both ways; returns whether the runs are complete and still wanted. */
  async #run(): Promise<boolean> {
    clearTimeout(this.#restTimer);
    this.#hasRun = true;
    const request = ++this.#request;
    this.#say("Running the program, in virtual time …");
    const runs = await this.#runBoth(this.#settings, request);
    if (!runs) return false;
    this.#runs = runs;
    this.#addMeasurement(runs, this.#settings.boards);
    this.#update();
    this.#describeResult(runs);
    return true;
  }

  /** Runs the program with each number of opponents that has not been measured yet. */
  async #measureAll(): Promise<void> {
    clearTimeout(this.#restTimer);
    this.#hasRun = true;
    this.#pause();
    const request = ++this.#request;
    for (let boards = 1; boards <= MAX_BOARDS; boards++) {
      if (this.#measurements.some((each) => each.boards === boards)) continue;
      this.#say(`Running the program with ${String(boards)} of ${String(MAX_BOARDS)} opponents …`);
      const runs = await this.#runBoth({ ...this.#settings, boards }, request);
      if (!runs) return;
      this.#addMeasurement(runs, boards);
      if (boards === this.#settings.boards) this.#runs = runs;
      this.#update();
    }
    this.#say(
      `Ran with 1 to ${String(MAX_BOARDS)} opponents, game after game and from board to board.`,
    );
  }

  #addMeasurement({ boardToBoard, gameAfterGame }: Runs, boards: number): void {
    this.#measurements = this.#measurements.filter((each) => each.boards !== boards);
    this.#measurements.push({
      boards,
      boardToBoard: boardToBoard.end,
      gameAfterGame: gameAfterGame.end,
    });
  }

  /** Runs the program both ways; returns undefined if a run fails or is no longer wanted. */
  async #runBoth(settings: Settings, request: number): Promise<Runs | undefined> {
    const boardToBoard = await this.#runOnce(settings, false, request);
    const gameAfterGame = boardToBoard && (await this.#runOnce(settings, true, request));
    return boardToBoard && gameAfterGame && { boardToBoard, gameAfterGame };
  }

  async #runOnce(
    settings: Settings,
    isGameAfterGame: boolean,
    request: number,
  ): Promise<ExhibitionRun | undefined> {
    let [text, errors] = ["", ""];
    const statusBefore = this.#status.textContent;
    const source = withSettings(this.#source, settings, isGameAfterGame);
    const program = { source, filename: "exhibition.py", clockRate: 0 };
    const outcome = await this.#session.run(this, program, (event) => {
      if (event.type === "stdout") text += event.text;
      else if (event.type === "stderr") errors += event.text;
      else if (event.type === "loading" && request === this.#request) {
        const share = Math.floor((100 * event.loaded) / event.total);
        this.#say(share < 100 ? `Loading Python: ${String(share)} %` : statusBefore);
      }
    });
    if (request !== this.#request) return undefined;
    if (outcome.type === "finished" && outcome.status === 0) return new ExhibitionRun(text);
    if (outcome.type === "failed")
      this.#say(`${outcome.message} Press ${this.#play.textContent} to try again.`);
    else this.#say(`The program was stopped. ${errors.trim().split("\n").at(-1) ?? ""}`);
    return undefined;
  }

  /** The run that the animation shows. */
  get #shown(): ExhibitionRun | undefined {
    return this.#runs?.[this.#way];
  }

  /** How long the exhibition takes in the run that is shown, in seconds; 0 if there is no run. */
  get #length(): number {
    return this.#shown?.end ?? 0;
  }

  /** Starts playback at the time that is shown. */
  #start(): void {
    this.#isPlaying = true;
    this.#play.textContent = "Pause";
    this.#scene.textContent = "Press Pause for a description in words.";
    let before = performance.now();
    const step = (now: number): void => {
      this.#go(this.#now + ((now - before) / 1000) * Number(this.#speed.value));
      before = now;
      if (this.#now >= this.#length) {
        this.#pause();
        this.#describeScene();
      } else this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  #pause(): void {
    cancelAnimationFrame(this.#frame);
    if (this.#isPlaying) this.#describeScene();
    this.#isPlaying = false;
    this.#play.textContent = this.#reducedMotion.matches ? "Run" : "Play";
    this.#speed.hidden = this.#reducedMotion.matches;
  }

  /** Shows the exhibition at this time, in seconds. */
  #go(time: number): void {
    this.#now = Math.min(Math.max(time, 0), this.#length);
    this.#show();
  }

  #show(): void {
    const description = this.#stage.show(this.#shown, this.#now);
    this.#time.max = String(this.#length || 1);
    this.#time.value = String(this.#now);
    this.#time.setAttribute("aria-valuetext", `${clock(this.#now)}: ${description}`);
    this.#clock.textContent = `${clock(this.#now)} of ${this.#shown ? clock(this.#length) : "?"}`;
    this.#description = description;
  }

  /** Describes the scene in words. Playback does not do this, because the words would change too fast. */
  #describeScene(): void {
    this.#scene.textContent = `After ${clock(this.#now)}: ${this.#description}.`;
  }

  /** Shows the present settings and runs in all parts of the hall. */
  #update(): void {
    if (!this.#runs) this.#pause();
    this.#time.disabled = !this.#runs;
    enable(this.#all, this.#measurements.length < MAX_BOARDS);
    this.#show();
    this.#describeScene();
    this.#chart.draw(this.#settings, this.#measurements);
    this.#numbers.replaceChildren(this.#table());
  }

  /** Makes the table that compares measured and calculated times. */
  #table(): HTMLTableElement {
    const expected = boardToBoard(this.#settings);
    const expectedSequential = gameAfterGame(this.#settings);
    const limit = speedupLimit(this.#settings);
    const speedups: string[] = [];
    if (expected && !expected.isLowerBound) {
      speedups.push(number(expectedSequential / expected.seconds));
    }
    if (limit !== undefined) speedups.push(`never more than ${number(limit)}`);
    const { boardToBoard: overlapping, gameAfterGame: sequential } = this.#runs ?? {};
    const measured = (run: ExhibitionRun | undefined): string =>
      run ? duration(run.end) : "not run yet";
    const totals = overlapping?.totals;
    const rows: [string, string, string][] = [
      [
        "From board to board",
        measured(overlapping),
        expected
          ? `${expected.isLowerBound ? "at least " : ""}${duration(expected.seconds)}`
          : "no simple formula",
      ],
      ["Game after game", measured(sequential), duration(expectedSequential)],
      [
        "Times faster",
        overlapping && sequential ? number(sequential.end / overlapping.end) : "not run yet",
        speedups.join(", ") || "no simple formula",
      ],
    ];
    const table = element("table", "");
    table.append(
      element("caption", "", "Times measured with the program and calculated with the formula"),
    );
    const head = element("tr", "");
    for (const text of ["", "Program", "Formula"]) {
      const cell = element(text === "" ? "td" : "th", "", text);
      if (cell instanceof HTMLTableCellElement && text !== "") cell.scope = "col";
      head.append(cell);
    }
    table.append(element("thead", "", head));
    const body = element("tbody", "");
    for (const [what, program, formula] of rows) {
      const first = element("th", "", what);
      first.scope = "row";
      body.append(element("tr", "", first, element("td", "", program), element("td", "", formula)));
    }
    if (totals) {
      const isOne = this.#settings.masters === 1;
      const subject = isOne ? "The master" : "The masters";
      const ending = isOne ? "s" : "";
      const first = element("th", "", `${subject}, from board to board`);
      first.scope = "row";
      const cell = element(
        "td",
        "",
        `think${ending} ${seconds(totals.thinking)}, walk${ending} ${seconds(totals.walking)}, ` +
          `wait${ending} ${seconds(totals.waiting)}; the opponents wait ` +
          `${seconds(totals.opponentsWaiting / this.#settings.boards)} each`,
      );
      cell.colSpan = 2;
      body.append(element("tr", "", first, cell));
    }
    table.append(body);
    return table;
  }

  /** Says how long both ways of playing took. */
  #describeResult({ boardToBoard: overlapping, gameAfterGame: sequential }: Runs): void {
    const expected = boardToBoard(this.#settings);
    const agrees =
      expected && !expected.isLowerBound && expected.seconds === overlapping.end
        ? " The formula gives the same result."
        : "";
    const factor = number(sequential.end / overlapping.end);
    this.#say(
      `From board to board ${duration(overlapping.end)}, game after game ${duration(sequential.end)}: ` +
        `${factor === "1" ? "as long" : `${factor} times faster`}.${agrees}`,
    );
  }

  /** Shows a message in the status line, which screen readers announce. */
  #say(text: string): void {
    this.#status.textContent = text;
  }
}
