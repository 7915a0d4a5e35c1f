/**
 * The exhibition, played: runs the program of a snippet on the page with the constants that readers
 * set, on virtual time, and shows what it has printed as a hall that goes on in time.
 */
import { cap, inTurn, together } from "./formula.ts";
import { Play } from "./play.ts";
import { FIELDS, fitting, program, STORY, type Field, type Settings } from "./settings.ts";
import { button, element, enable, freshId } from "../../../runtime/page/kit/dom.ts";
import { whenRunIsLikely } from "../../../runtime/page/kit/run_intent.ts";
import type { Owner, Session } from "../../../runtime/page/session/session.ts";
import { addStyles } from "../../../runtime/page/kit/styles.ts";
import { tabFor } from "../../../runtime/page/session/tab_state.ts";
import { Chart, type Measured } from "./chart.ts";
import { Stage } from "./stage.ts";
import styles from "./hall.css";
import { clock, duration, inSeconds, number } from "./words.ts";

/** Seconds of the exhibition in one second. */
const SPEEDS = [1, 10, 60, 300, 1800];
const SPEED = 60;

/** Whoever drags a slider means where it comes to rest, in ms. */
const REST = 300;

/** Both ways of playing, with the same settings. */
interface Plays {
  together: Play;
  inTurn: Play;
}

type Way = keyof Plays;

/** Fills the element; what it returns takes everything away again. */
export function openHall(root: HTMLElement): () => void {
  const name = root.dataset["snippet"] ?? "";
  const snippet = document.querySelector<HTMLElement>(`runnable-snippet[data-name="${name}"]`);
  const source = snippet?.dataset["source"];
  if (!snippet || source === undefined) return () => undefined;
  addStyles(styles);
  const { session } = tabFor(new URL(snippet.dataset["runtime"] ?? "runtime/", document.baseURI));
  const hall = new Hall(root, source, session);
  return () => hall.close();
}

class Hall implements Owner {
  readonly title = "the chess exhibition";
  readonly #root: HTMLElement;
  readonly #source: string;
  readonly #session: Session;
  readonly #end = new AbortController();
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #stage = new Stage();
  readonly #chart = new Chart();
  readonly #status = element("p", "chess-status");
  readonly #numbers = element("div", "chess-numbers");
  readonly #scene = element("p", "chess-scene");
  readonly #play: HTMLButtonElement;
  readonly #all: HTMLButtonElement;
  readonly #time = element("input", "chess-time");
  readonly #clock = element("output", "chess-clock");
  readonly #speed = element("select", "runnable-button chess-speed");
  readonly #panel = element("div", "chess-panel");
  readonly #observer = new ResizeObserver(() => {
    this.#stage.arrange();
    this.#show();
    this.#chart.draw(this.#settings, this.#measured);
  });
  #settings: Settings = { ...STORY };
  #way: Way = "together";
  #plays: Plays | undefined;
  /** Runs with these settings, but for the number of opponents. */
  #measured: Measured[] = [];
  #now = 0;
  #isPlaying = false;
  #hasRun = false;
  /** Counts what the reader has asked for: what is older is given up. */
  #asked = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;

  constructor(root: HTMLElement, source: string, session: Session) {
    this.#root = root;
    this.#source = source;
    this.#session = session;
    this.#play = button(this.#calm.matches ? "Run" : "Play", () => void this.#press());
    this.#play.classList.add("chess-play");
    this.#all = button("Run with 1 to 32 opponents", () => void this.#measureAll());
    this.#status.setAttribute("role", "status");
    this.#build();
    this.#stage.furnish(this.#settings);
    this.#observer.observe(this.#stage.element);
    this.#say(
      `Press ${this.#play.textContent}: the program below runs in your browser, in virtual time.`,
    );
    this.#calm.addEventListener("change", () => this.#pause(), { signal: this.#end.signal });
    whenRunIsLikely(this.#panel, this.#panel, this.#end.signal, () => session.prepare(source));
    this.#update();
  }

  close(): void {
    this.#end.abort();
    this.#asked += 1;
    clearTimeout(this.#resting);
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.#session.stop(this);
    this.#panel.remove();
  }

  displaced(by: string): void {
    this.#asked += 1;
    this.#say(`Stopped because you ran ${by}.`);
  }

  #build(): void {
    const fields = element("fieldset", "chess-fields", element("legend", "", "The exhibition"));
    fields.append(...FIELDS.map((field) => this.#field(field)));
    const story = button("Back to the story", () => this.#set({ ...STORY }));
    fields.append(story);
    const ways = element("fieldset", "chess-ways", element("legend", "", "Played"));
    ways.append(
      this.#choice("together", "from board to board"),
      this.#choice("inTurn", "game after game"),
    );
    for (const speed of SPEEDS) {
      const text = speed === 1 ? "real time" : `${String(speed)} × faster`;
      this.#speed.append(new Option(text, String(speed), speed === SPEED, speed === SPEED));
    }
    this.#speed.setAttribute("aria-label", "Playback speed");
    this.#speed.hidden = this.#calm.matches;
    this.#time.type = "range";
    this.#time.min = "0";
    this.#time.step = "0.5";
    this.#time.setAttribute("aria-label", "Time in the exhibition");
    this.#time.addEventListener("input", () => {
      this.#pause();
      this.#go(Number(this.#time.value));
      this.#tellScene();
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

  #inputs = new Map<keyof Settings, (value: number) => void>();

  #field(field: Field): HTMLElement {
    const { key, label, least, most, step, unit } = field;
    const slider = element("input", "chess-slider");
    const exact = element("input", "chess-exact");
    const id = freshId();
    const text = element("label", "chess-label", unit === "" ? label : `${label}, ${unit}`);
    text.htmlFor = slider.id = id;
    slider.type = "range";
    exact.type = "number";
    exact.setAttribute("aria-label", `${text.textContent}, exact value`);
    for (const input of [slider, exact]) {
      Object.assign(input, { min: String(least), max: String(most), step: String(step) });
    }
    const take = (value: number): void => {
      const fits = fitting(field, value);
      if (fits !== undefined && fits !== this.#settings[key]) {
        this.#set({ ...this.#settings, [key]: fits });
      }
    };
    slider.addEventListener("input", () => take(slider.valueAsNumber));
    exact.addEventListener("change", () => {
      take(exact.valueAsNumber);
      exact.value = String(this.#settings[key]);
    });
    const show = (value: number): void => {
      slider.value = String(value);
      exact.value = String(value);
    };
    show(this.#settings[key]);
    this.#inputs.set(key, show);
    return element("div", "chess-field", text, slider, exact);
  }

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

  #set(settings: Settings): void {
    const { boards: _, ...rest } = this.#settings;
    const sameCurve = Object.entries(rest).every(
      ([key, value]) => settings[key as keyof Settings] === value,
    );
    if (!sameCurve) this.#measured = [];
    this.#settings = settings;
    for (const [key, show] of this.#inputs) show(settings[key]);
    this.#asked += 1;
    this.#plays = undefined;
    this.#now = 0;
    this.#stage.furnish(settings);
    this.#update();
    clearTimeout(this.#resting);
    if (this.#hasRun) this.#resting = setTimeout(() => void this.#run(), REST);
  }

  async #press(): Promise<void> {
    if (this.#isPlaying) return this.#pause();
    if (!this.#plays && !(await this.#run())) return;
    if (this.#calm.matches) return this.#tellScene();
    if (this.#now >= this.#length) this.#now = 0;
    this.#start();
  }

  /** Runs the program both ways; true unless something else was asked for meanwhile. */
  async #run(): Promise<boolean> {
    clearTimeout(this.#resting);
    this.#hasRun = true;
    const asked = ++this.#asked;
    this.#say("Running the program, in virtual time …");
    const plays = await this.#runBoth(this.#settings, asked);
    if (!plays) return false;
    this.#plays = plays;
    this.#note(plays, this.#settings.boards);
    this.#update();
    this.#tellResult(plays);
    return true;
  }

  async #measureAll(): Promise<void> {
    clearTimeout(this.#resting);
    this.#hasRun = true;
    this.#pause();
    const asked = ++this.#asked;
    const most = FIELDS.find(({ key }) => key === "boards")!.most;
    for (let boards = 1; boards <= most; boards++) {
      if (this.#measured.some((each) => each.boards === boards)) continue;
      this.#say(`Running the program with ${String(boards)} of ${String(most)} opponents …`);
      const plays = await this.#runBoth({ ...this.#settings, boards }, asked);
      if (!plays) return;
      this.#note(plays, boards);
      if (boards === this.#settings.boards) this.#plays = plays;
      this.#update();
    }
    this.#say(`Ran with 1 to ${String(most)} opponents, game after game and from board to board.`);
  }

  #note({ together, inTurn }: Plays, boards: number): void {
    this.#measured = this.#measured.filter((each) => each.boards !== boards);
    this.#measured.push({ boards, together: together.end, inTurn: inTurn.end });
  }

  async #runBoth(settings: Settings, asked: number): Promise<Plays | undefined> {
    const together = await this.#runOnce(settings, false, asked);
    const inTurn = together && (await this.#runOnce(settings, true, asked));
    return together && inTurn && { together, inTurn };
  }

  async #runOnce(
    settings: Settings,
    gameAfterGame: boolean,
    asked: number,
  ): Promise<Play | undefined> {
    let [text, errors] = ["", ""];
    const doing = this.#status.textContent;
    const source = program(this.#source, settings, gameAfterGame);
    const running = { source, filename: "exhibition.py", clockRate: 0 };
    const outcome = await this.#session.run(this, running, (event) => {
      if (event.type === "stdout") text += event.text;
      else if (event.type === "stderr") errors += event.text;
      else if (event.type === "loading" && asked === this.#asked) {
        const share = Math.floor((100 * event.loaded) / event.total);
        this.#say(share < 100 ? `Loading Python: ${String(share)} %` : doing);
      }
    });
    if (asked !== this.#asked) return undefined;
    if (outcome.type === "finished" && outcome.status === 0) return new Play(text);
    if (outcome.type === "failed")
      this.#say(`${outcome.message} Press ${this.#play.textContent} to try again.`);
    else this.#say(`The program was stopped. ${errors.trim().split("\n").at(-1) ?? ""}`);
    return undefined;
  }

  get #shown(): Play | undefined {
    return this.#plays?.[this.#way];
  }

  get #length(): number {
    return this.#shown?.end ?? 0;
  }

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
        this.#tellScene();
      } else this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  #pause(): void {
    cancelAnimationFrame(this.#frame);
    if (this.#isPlaying) this.#tellScene();
    this.#isPlaying = false;
    this.#play.textContent = this.#calm.matches ? "Run" : "Play";
    this.#speed.hidden = this.#calm.matches;
  }

  #go(time: number): void {
    this.#now = Math.min(Math.max(time, 0), this.#length);
    this.#show();
  }

  #show(): void {
    const words = this.#stage.show(this.#shown, this.#now);
    this.#time.max = String(this.#length || 1);
    this.#time.value = String(this.#now);
    this.#time.setAttribute("aria-valuetext", `${clock(this.#now)}: ${words}`);
    this.#clock.textContent = `${clock(this.#now)} of ${this.#shown ? clock(this.#length) : "?"}`;
    this.#words = words;
  }

  #words = "";

  /** At rest the scene is told in words as well. */
  #tellScene(): void {
    this.#scene.textContent = `After ${clock(this.#now)}: ${this.#words}.`;
  }

  #update(): void {
    if (!this.#plays) this.#pause();
    this.#time.disabled = !this.#plays;
    enable(this.#all, this.#measured.length < FIELDS.find(({ key }) => key === "boards")!.most);
    this.#show();
    this.#tellScene();
    this.#chart.draw(this.#settings, this.#measured);
    this.#numbers.replaceChildren(this.#table());
  }

  #table(): HTMLTableElement {
    const expected = together(this.#settings);
    const turn = inTurn(this.#settings);
    const limit = cap(this.#settings);
    const gains: string[] = [];
    if (expected && !expected.isBound) gains.push(number(turn / expected.seconds));
    if (limit !== undefined) gains.push(`never more than ${number(limit)}`);
    const { together: played, inTurn: playedInTurn } = this.#plays ?? {};
    const ran = (play: Play | undefined): string => (play ? duration(play.end) : "not run yet");
    const totals = played?.totals;
    const rows: [string, string, string][] = [
      [
        "From board to board",
        ran(played),
        expected
          ? `${expected.isBound ? "at least " : ""}${duration(expected.seconds)}`
          : "no simple formula",
      ],
      ["Game after game", ran(playedInTurn), duration(turn)],
      [
        "Times faster",
        played && playedInTurn ? number(playedInTurn.end / played.end) : "not run yet",
        gains.join(", ") || "no simple formula",
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
      const who = isOne ? "The master" : "The masters";
      const s = isOne ? "s" : "";
      const first = element("th", "", `${who}, from board to board`);
      first.scope = "row";
      const cell = element(
        "td",
        "",
        `think${s} ${inSeconds(totals.thinking)}, walk${s} ${inSeconds(totals.walking)}, ` +
          `wait${s} ${inSeconds(totals.waiting)}; the opponents wait ` +
          `${inSeconds(totals.boards / this.#settings.boards)} each`,
      );
      cell.colSpan = 2;
      body.append(element("tr", "", first, cell));
    }
    table.append(body);
    return table;
  }

  #tellResult({ together: played, inTurn: turn }: Plays): void {
    const expected = together(this.#settings);
    const agrees =
      expected && !expected.isBound && expected.seconds === played.end
        ? " The formula gives the same result."
        : "";
    const factor = number(turn.end / played.end);
    this.#say(
      `From board to board ${duration(played.end)}, game after game ${duration(turn.end)}: ` +
        `${factor === "1" ? "as long" : `${factor} times faster`}.${agrees}`,
    );
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }
}
