/** One run, step by step: who runs, where it stops, what the variables are, what has been printed. */
import { button, element, enable } from "../kit/dom.ts";
import type { Step } from "./explorer_program.ts";
import { StepDetails } from "./step_details.ts";

export class InterleavingViewer {
  readonly element: HTMLElement = element("div", "runnable-stepper");
  readonly #steps: Step[];
  readonly #ending: string;
  readonly #mark: (line: number) => void;
  readonly #previous = button("Previous", () => this.#go(-1));
  readonly #next = button("Next", () => this.#go(1));
  readonly #place = element("span", "runnable-stepper-place");
  readonly #view: StepDetails;
  /** Of the step that is shown. */
  #at = 0;

  /** `mark` marks a line of the source; the last step says how the program ends. */
  constructor(
    { steps, ending }: { steps: Step[]; ending: string },
    source: string,
    mark: (line: number) => void,
  ) {
    this.#steps = steps;
    this.#ending = ending;
    this.#mark = mark;
    this.#view = new StepDetails(source, mark);
    this.#view.reserve(steps);
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Steps of an interleaving that breaks the program");
    this.element.append(
      element("div", "runnable-stepper-bar", this.#previous, this.#next, this.#place),
      this.#view.told,
      this.#view.code,
      ...this.#view.printed,
    );
    this.#show();
  }

  close(): void {
    this.#mark(0);
    this.element.remove();
  }

  #go(by: number): void {
    const to = this.#at + by;
    if (to < 0 || to >= this.#steps.length) return;
    this.#at = to;
    this.#show();
  }

  #show(): void {
    const isLast = this.#at === this.#steps.length - 1;
    enable(this.#previous, this.#at > 0);
    enable(this.#next, !isLast);
    this.#place.textContent = `Step ${String(this.#at + 1)} of ${String(this.#steps.length)}`;
    this.#view.show(this.#steps.slice(0, this.#at + 1), 1, isLast ? this.#ending : "");
  }
}
