/**
 * "Explore interleavings" below a program: tries them, says what came of it, and shows one step by step. Or the
 * reader chooses whose turn it is.
 */
import type { RunEvent } from "../../host/types.ts";
import { StepChooser } from "./step_chooser.ts";
import { button, element, enable } from "../kit/dom.ts";
import type { Draft } from "../session/draft.ts";
import type { Ending, Found, Played, Reader, Request } from "./explorer_program.ts";
import { LoadingProgress } from "../kit/loading_progress.ts";
import type { Owner, Session } from "../session/session.ts";
import { InterleavingViewer } from "./interleaving_viewer.ts";

export interface ExplorerPanelOptions {
  /** What it is put into. */
  parent: HTMLElement;
  session: Session;
  draft: Draft;
  /** `races/last_seat`; the title adds `.py`. */
  name: string;
  filename: string;
  /** Forced switches at most. */
  bound: number;
  /** Marks a line of the source; 0 for none. */
  mark: (line: number) => void;
}

const OF_OLD_CODE = "The code has changed. Explore its interleavings again.";

export class ExplorerPanel implements Owner {
  readonly title: string;
  readonly #options: ExplorerPanelOptions;
  readonly #try = button("Explore interleavings", () => {
    void this.#explore({ type: "every order", bound: this.#options.bound });
  });
  readonly #random = button("Try random interleavings", () => {
    this.#seed += 1;
    void this.#explore({ type: "at random", seed: this.#seed });
  });
  readonly #choose = button("Choose the next step yourself", () => void this.#begin());
  readonly #starts = [this.#try, this.#random, this.#choose];
  readonly #stop = button("Stop", () => this.#options.session.stop(this));
  /** Changes many times a second, which is nothing to announce. */
  readonly #progress = element("p", "runnable-orders-progress");
  readonly #said = element("p", "runnable-orders-said");
  readonly #found = element("div", "runnable-orders-found");
  readonly #onDraft = (): void => this.#outdate();
  #shown: InterleavingViewer | StepChooser | undefined;
  /** Of the last orders at random; the same seed gives the same orders. */
  #seed = 0;
  /** The source whose orders are shown. */
  #tried = "";
  #busy = false;
  #displacedBy: string | undefined;

  constructor(options: ExplorerPanelOptions) {
    this.#options = options;
    this.title = `the explorer on ${options.name}.py`;
    this.#try.classList.add("runnable-orders-try");
    enable(this.#stop, false);
    this.#said.setAttribute("role", "status");
    const controls = element(
      "div",
      "runnable-orders-controls",
      ...this.#starts,
      this.#stop,
      this.#progress,
    );
    const { parent } = options;
    parent.setAttribute("role", "region");
    parent.setAttribute("aria-label", `Interleavings of ${options.name}.py`);
    parent.replaceChildren(controls, this.#said, this.#found);
    options.draft.subscribe(this.#onDraft);
  }

  displaced(by: string): void {
    this.#displacedBy ??= by;
  }

  /** Gives the empty element back. */
  close(): void {
    this.#options.session.stop(this);
    this.#options.draft.unsubscribe(this.#onDraft);
    this.#clear();
    const { parent } = this.#options;
    parent.replaceChildren();
    parent.removeAttribute("role");
    parent.removeAttribute("aria-label");
  }

  async #explore(request: Request): Promise<void> {
    if (this.#busy) return;
    this.#clear();
    const found = await this.#ask(request);
    if (found && "groups" in found) this.#show(found);
  }

  async #begin(): Promise<void> {
    if (this.#busy) return;
    this.#clear();
    const played = await this.#ask({ type: "by hand", choices: [], toTheEnd: false });
    if (!played || !("choices" in played)) return;
    const { mark } = this.#options;
    const byHand = new StepChooser(played, this.#tried, mark, async (choices, toTheEnd) => {
      const next = await this.#ask({ type: "by hand", choices, toTheEnd });
      return next && "choices" in next ? next : undefined;
    });
    this.#shown = byHand;
    this.#found.append(byHand.element);
    byHand.focus();
  }

  /** Runs the explorer; what it does not tell has been said to the reader. */
  async #ask(request: Request): Promise<Found | Played | undefined> {
    if (this.#busy) return undefined;
    this.#busy = true;
    this.#displacedBy = undefined;
    const { session, draft, filename } = this.#options;
    this.#tried = draft.source;
    for (const start of this.#starts) enable(start, false);
    enable(this.#stop, true);
    this.#said.textContent = "";
    const loading = new LoadingProgress();
    this.#progress.replaceChildren(...loading.element.childNodes);
    let reader: Reader | undefined;
    const source = this.#tried;
    const exploration = import("./explorer_program.ts").then(
      (loaded) => {
        reader = new loaded.Reader();
        return loaded.explorationOf(source, filename, request);
      },
      () => {
        throw new Error(
          "The explorer could not be loaded. Check your network connection and try again.",
        );
      },
    );
    let found: Found | Played | undefined;
    let failed = "";
    let errors = "";
    let runs = 0;
    const isByHand = request.type === "by hand";
    const listen = (event: RunEvent): void => {
      if (event.type === "loading") loading.loading(event.what, event.loaded, event.total);
      else if (event.type === "started") {
        this.#progress.textContent = isByHand ? "" : "Exploring interleavings…";
      } else if (event.type === "stderr") errors = (errors + event.text).slice(-1000);
      else if (event.type === "stdout") {
        for (const told of reader?.read(event.text) ?? []) {
          if (told.type === "found") found = told.found;
          else if (told.type === "played") found = told.played;
          else if (told.type === "failed") failed = told.message;
          else {
            runs = told.runs;
            this.#progress.textContent = `${count(runs)} tried, ${String(told.breaking)} broke the program`;
          }
        }
      }
    };
    const outcome = await session.run(this, exploration, listen);
    this.#end();
    const by = this.#displacedBy;
    if (found) return found;
    if (failed !== "") this.#say(failed);
    else if (outcome.type === "stopped") {
      const after = isByHand ? "Stopped" : `Stopped after ${count(runs)}`;
      this.#say(`${after}${by === undefined ? "" : ` because you ran ${by}`}.`);
    } else if (outcome.type === "failed") this.#say(outcome.message);
    else this.#say(`The explorer could not run this program. ${lastLine(errors)}`.trim());
    return undefined;
  }

  #end(): void {
    this.#busy = false;
    this.#progress.replaceChildren();
    for (const start of this.#starts) enable(start, true);
    enable(this.#stop, false);
  }

  #say(text: string): void {
    this.#said.textContent = text;
  }

  #show(found: Found): void {
    this.#say(found.result);
    const breaking = found.groups.filter(({ steps }) => steps.length > 0);
    const list = element("ul", "runnable-orders-endings");
    const shows: HTMLButtonElement[] = [];
    for (const ending of found.groups) {
      const item = element("li", "", element("span", "", `${times(ending)} ${ending.ending}`));
      if (ending.kind !== "ok") item.classList.add("runnable-orders-broken");
      if (ending.steps.length > 0 && breaking.length > 1) {
        const show = button("Show steps", () => this.#step(ending, show, shows));
        shows.push(show);
        item.append(" ", show);
      }
      // By what they print the endings differ.
      if (ending.stdout !== "" && found.groups.length > 1) {
        item.append(element("pre", "", ending.stdout));
      }
      list.append(item);
    }
    this.#found.append(list);
    const [first] = breaking;
    if (first) this.#step(first, shows[0], shows);
  }

  #step(ending: Ending, pressed: HTMLButtonElement | undefined, all: HTMLButtonElement[]): void {
    for (const each of all) each.setAttribute("aria-pressed", String(each === pressed));
    this.#shown?.close();
    this.#shown = new InterleavingViewer(ending, this.#tried, this.#options.mark);
    this.#found.append(this.#shown.element);
  }

  #clear(): void {
    this.#shown?.close();
    this.#shown = undefined;
    this.#found.replaceChildren();
  }

  #outdate(): void {
    if (this.#found.childNodes.length === 0) return;
    this.#clear();
    this.#say(OF_OLD_CODE);
  }
}

function count(runs: number): string {
  return runs === 1 ? "1 interleaving" : `${runs.toLocaleString("en")} interleavings`;
}

function times({ count }: Ending): string {
  return count === 1 ? "Once:" : `${count.toLocaleString("en")} times:`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
