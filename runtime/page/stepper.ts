/** One run, step by step: who runs, where it stops, what the variables are, what has been printed. */
import { button, element, enable } from "./dom.ts";
import { Excerpt } from "./excerpt.ts";
import type { Step } from "./exploration.ts";

export class Stepper {
  readonly element: HTMLElement = element("div", "runnable-stepper");
  readonly #steps: Step[];
  readonly #ending: string;
  readonly #mark: (line: number) => void;
  readonly #previous = button("Previous", () => this.#go(-1));
  readonly #next = button("Next", () => this.#go(1));
  readonly #place = element("span", "runnable-stepper-place");
  readonly #text = element("p", "runnable-stepper-text");
  readonly #values = element("p", "runnable-stepper-values");
  readonly #excerpt: Excerpt;
  readonly #printed = element("pre", "");
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
    this.#excerpt = new Excerpt(source);
    this.#mark = mark;
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "Steps of an order that breaks the program");
    const told = element("div", "runnable-stepper-told", this.#text, this.#values);
    told.setAttribute("aria-live", "polite");
    // As high as it is at last: nothing moves below.
    const lines = steps.map(({ stdout }) => stdout).join("");
    this.#printed.style.minHeight = `${String(1.5 * Math.max(1, lines.split("\n").length - 1))}em`;
    this.element.append(
      element("div", "runnable-stepper-bar", this.#previous, this.#next, this.#place),
      told,
      this.#excerpt.element,
      element("p", "runnable-stepper-label", "Printed so far"),
      this.#printed,
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
    const step = this.#steps[this.#at]!;
    const isLast = this.#at === this.#steps.length - 1;
    enable(this.#previous, this.#at > 0);
    enable(this.#next, !isLast);
    this.#place.textContent = `Step ${String(this.#at + 1)} of ${String(this.#steps.length)}`;
    const rest = step.text.startsWith(step.who) ? step.text.slice(step.who.length) : step.text;
    this.#text.replaceChildren(element("strong", "", step.who), rest);
    if (isLast) this.#text.append(` ${this.#ending}`);
    this.#values.replaceChildren();
    for (const [name, value] of Object.entries(step.values)) {
      this.#values.append(element("code", "", `${name} = ${value}`), " ");
    }
    this.#excerpt.show(step.line);
    const printed = this.#steps.slice(0, this.#at + 1).map(({ stdout }) => stdout);
    this.#printed.textContent = printed.join("");
    this.#mark(step.line);
  }
}
