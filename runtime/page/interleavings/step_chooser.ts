/** Shows a run in which the reader chooses, at each decision, which thread or task continues. */
import { button, element, enable } from "../kit/dom.ts";
import type { ChosenRun, StepOption } from "./explorer_program.ts";
import { StepDetails } from "./step_details.ts";
import { countNewSteps } from "./steps.ts";

/**
 * Runs the program again with these choices, and then to its end if `toTheEnd` is true. Returns undefined if
 * there is no such run, for example because it was stopped; the panel then says why.
 */
export type RunWithChoices = (
  choices: readonly number[],
  toTheEnd: boolean,
) => Promise<ChosenRun | undefined>;

export interface StepChooserOptions {
  /** The run before the first choice. */
  run: ChosenRun;
  source: string;
  /** Highlights a line of the source; 0 removes the highlight. */
  mark: (line: number) => void;
  runAgain: RunWithChoices;
}

export class StepChooser {
  readonly element: HTMLElement = element("div", "runnable-stepper");
  readonly #mark: (line: number) => void;
  readonly #runAgain: RunWithChoices;
  readonly #back = button("Step back", () => void this.#choose(this.#run.choices.slice(0, -1)));
  readonly #toTheEnd = button("Run to the end", () => void this.#choose(this.#run.choices, true));
  /** Says how many choices there were; see `ChosenRun.chosen`. */
  readonly #chosen = element("span", "runnable-stepper-place");
  readonly #options = element("div", "runnable-turns");
  readonly #details: StepDetails;
  #run: ChosenRun;
  #isBusy = false;

  constructor({ run, source, mark, runAgain }: StepChooserOptions) {
    this.#run = run;
    this.#mark = mark;
    this.#runAgain = runAgain;
    this.#details = new StepDetails(source, mark);
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "A run whose steps you choose");
    this.#options.setAttribute("role", "group");
    this.#options.setAttribute("aria-label", "What runs next?");
    this.element.append(
      element("div", "runnable-stepper-bar", this.#back, this.#toTheEnd, this.#chosen),
      this.#details.descriptionBox,
      this.#details.code,
      this.#options,
      ...this.#details.output,
    );
    this.#show(run.steps.length);
  }

  close(): void {
    this.#mark(0);
    this.element.remove();
  }

  /** Focuses the first option, or the button "Step back" if there are no options. */
  focus(): void {
    const [first] = this.#options.querySelectorAll("button");
    (first ?? this.#back).focus();
  }

  /** Runs the program again with these choices, and shows the new run in place of the present one. */
  async #choose(choices: readonly number[], toTheEnd = false): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const before = this.#run;
    const run = await this.#runAgain(choices, toTheEnd);
    this.#isBusy = false;
    if (!run || !this.element.isConnected) return;
    this.#run = run;
    this.#show(countNewSteps(before, run));
    this.focus();
  }

  /** Shows the run, and describes the last `count` of its steps, but at least one. */
  #show(count: number): void {
    const { options, choices, chosen, ending, breaks, kind } = this.#run;
    const isOpen = kind === "open";
    enable(this.#back, choices.length > 0);
    enable(this.#toTheEnd, isOpen);
    this.#chosen.textContent = chosen;
    const verdict = breaks
      ? "You have found an interleaving that breaks the program."
      : "This interleaving does not break the program.";
    this.#details.show(this.#run, Math.max(1, count), isOpen ? "" : `${ending} ${verdict}`);
    this.element.classList.toggle("runnable-turns-broken", breaks);
    const label = isOpen ? "What runs next?" : "The run has ended.";
    this.#options.replaceChildren(
      element("p", "runnable-stepper-label", label),
      ...options.map((option, index) => this.#optionButton(option, [...choices, index])),
    );
  }

  #optionButton({ who, text, line }: StepOption, choices: readonly number[]): HTMLButtonElement {
    const made = button("", () => void this.#choose(choices));
    made.append(element("strong", "", who), ` ${text}`);
    made.addEventListener("pointerenter", () => this.#mark(line));
    made.addEventListener("focus", () => {
      // After a click on an option, the first of the new options gets the focus, but not visibly. Then the
      // line of the last step stays marked.
      if (made.matches(":focus-visible")) this.#mark(line);
    });
    const markLastStep = (): void => this.#mark(this.#run.steps.at(-1)?.line ?? 0);
    for (const event of ["blur", "pointerleave"]) made.addEventListener(event, markLastStep);
    return made;
  }
}
