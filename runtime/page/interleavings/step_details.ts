/** What has happened up to a step of a run: who ran, the variables, the line, what was printed. */
import { element } from "../kit/dom.ts";
import { CodeExcerpt } from "../kit/code_excerpt.ts";
import type { Step } from "./explorer_program.ts";

export class StepDetails {
  /** What is said of the steps, and the variables after the last one; announced as it changes. */
  readonly told = element("div", "runnable-stepper-told");
  /** The line of the last one, with its neighbours. */
  readonly code: HTMLElement;
  readonly printed: readonly [HTMLElement, HTMLPreElement];
  readonly #excerpt: CodeExcerpt;
  readonly #mark: (line: number) => void;

  /** `mark` marks a line of the source. */
  constructor(source: string, mark: (line: number) => void) {
    this.#excerpt = new CodeExcerpt(source);
    this.#mark = mark;
    this.code = this.#excerpt.element;
    this.told.setAttribute("aria-live", "polite");
    const label = element("p", "runnable-stepper-label", "Printed so far");
    this.printed = [label, element("pre", "")];
  }

  /** As high as it is with all that these print: nothing moves below. */
  reserve(steps: readonly Step[]): void {
    const lines = steps.map(({ stdout }) => stdout).join("");
    const height = 1.5 * Math.max(1, lines.split("\n").length - 1);
    this.printed[1].style.minHeight = `${String(height)}em`;
  }

  /** Tells the last `count` of these steps, and how the program ends after them if it does. */
  show(steps: readonly Step[], count: number, ending = ""): void {
    const texts = (count > 0 ? steps.slice(-count) : []).map(({ who, text }) => {
      const rest = text.startsWith(who) ? text.slice(who.length) : text;
      return element("p", "runnable-stepper-text", element("strong", "", who), rest);
    });
    const last = texts.at(-1);
    if (ending !== "") {
      if (last) last.append(` ${ending}`);
      else texts.push(element("p", "runnable-stepper-text", ending));
    }
    const values = element("p", "runnable-stepper-values");
    for (const [name, value] of Object.entries(steps.at(-1)?.values ?? {})) {
      values.append(element("code", "", `${name} = ${value}`), " ");
    }
    this.told.replaceChildren(...texts, values);
    this.#excerpt.show(steps.at(-1)?.line ?? 0);
    this.printed[1].textContent = steps.map(({ stdout }) => stdout).join("");
    this.#mark(steps.at(-1)?.line ?? 0);
  }
}
