/** Shows one interleaving that breaks the program, and lets the reader go through its steps. */
import { button, element, enable } from "../kit/dom.ts";
import type { Group, Step } from "./explorer_program.ts";
import { StepDetails } from "./step_details.ts";
import { endingOf } from "./steps.ts";

export class InterleavingViewer {
  readonly element: HTMLElement = element("div", "runnable-stepper");
  readonly #steps: Step[];
  readonly #stepCount: number;
  /** Says what comes after the last of the steps. */
  readonly #ending: string;
  readonly #mark: (line: number) => void;
  readonly #previous = button("Previous", () => this.#move(-1));
  readonly #next = button("Next", () => this.#move(1));
  readonly #position = element("span", "runnable-stepper-place");
  readonly #details: StepDetails;
  /** The index of the step that is shown. */
  #index = 0;

  /**
   * @param group - Contains the steps or the first of them, and says how the program ends.
   * @param source - The program.
   * @param mark - Highlights a line of the source; 0 removes the highlight.
   */
  constructor(
    group: Pick<Group, "steps" | "stepCount" | "ending">,
    source: string,
    mark: (line: number) => void,
  ) {
    this.#steps = group.steps;
    this.#stepCount = group.stepCount;
    this.#ending = endingOf(group);
    this.#mark = mark;
    this.#details = new StepDetails(source, mark);
    this.#details.reserveHeight(this.#steps, this.#ending);
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Steps of an interleaving that breaks the program");
    this.element.append(
      element("div", "runnable-stepper-bar", this.#previous, this.#next, this.#position),
      this.#details.descriptionBox,
      this.#details.code,
      ...this.#details.output,
    );
    this.#show();
  }

  close(): void {
    this.#mark(0);
    this.element.remove();
  }

  #move(by: number): void {
    const index = this.#index + by;
    if (index < 0 || index >= this.#steps.length) return;
    this.#index = index;
    this.#show();
  }

  #show(): void {
    const isLast = this.#index === this.#steps.length - 1;
    enable(this.#previous, this.#index > 0);
    enable(this.#next, !isLast);
    const [number, count] = [this.#index + 1, this.#stepCount.toLocaleString("en")];
    this.#position.textContent = `Step ${String(number)} of ${count}`;
    const steps = this.#steps.slice(0, number);
    this.#details.show({ steps, printedBefore: "" }, 1, isLast ? this.#ending : "");
  }
}
