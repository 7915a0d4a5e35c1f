/**
 * Shows the state of a run after a step: what happened in this step or in the last few, the variables, the
 * line, and the output.
 */
import { CodeExcerpt } from "../kit/code_excerpt.ts";
import { element } from "../kit/dom.ts";
import type { Step } from "./explorer_program.ts";
import { printedSoFar, type LastSteps } from "./steps.ts";

/**
 * Height is reserved for this many of the longest texts. The longest one alone is not enough, because a
 * shorter text can need more lines.
 */
const RESERVED_TEXTS = 3;

/** The height of a line of output, as in explorer.css. */
const LINE_HEIGHT_EM = 1.5;

export class StepDetails {
  /** The description of the last steps, and the variables. Screen readers announce each change. */
  readonly description = element("div", "runnable-stepper-told");
  /** Contains the description, and reserves its height. */
  readonly descriptionBox: HTMLElement = element("div", "runnable-stepper-stack", this.description);
  /** The line of the last step, with its neighbours. */
  readonly code: HTMLElement;
  /** The output so far, with its label. */
  readonly output: readonly [HTMLElement, HTMLPreElement];
  readonly #excerpt: CodeExcerpt;
  readonly #mark: (line: number) => void;

  /** `mark` highlights a line of the source; 0 removes the highlight. */
  constructor(source: string, mark: (line: number) => void) {
    this.#excerpt = new CodeExcerpt(source);
    this.#mark = mark;
    this.code = this.#excerpt.element;
    this.description.setAttribute("aria-live", "polite");
    const label = element("p", "runnable-stepper-label", "Printed so far");
    this.output = [label, element("pre", "")];
  }

  /**
   * Reserves the height that the texts and the output of these steps need, so that what is below the texts
   * and the output does not move when the reader goes from step to step. `ending` is added to the text of
   * the last step.
   */
  reserveHeight(steps: readonly Step[], ending: string): void {
    const texts = steps.map((step, index) => {
      const text = index === steps.length - 1 ? `${step.text} ${ending}` : step.text;
      return [describe({ ...step, text }), valuesOf(step)];
    });
    const length = (parts: HTMLElement[]): number =>
      parts.reduce((sum, { textContent }) => sum + (textContent ?? "").length, 0);
    texts.sort((one, other) => length(other) - length(one));
    for (const parts of texts.slice(0, RESERVED_TEXTS)) {
      const hidden = element("div", "runnable-stepper-told runnable-stepper-reserved", ...parts);
      hidden.setAttribute("aria-hidden", "true");
      this.descriptionBox.append(hidden);
    }
    const lineCount = printedSoFar({ printedBefore: "", steps }).split("\n").length - 1;
    this.output[1].style.minHeight = `${String(LINE_HEIGHT_EM * Math.max(1, lineCount))}em`;
  }

  /**
   * Shows the state after some steps.
   *
   * @param run - All steps so far or, if there are very many, the last of them.
   * @param count - How many of the last steps are described.
   * @param ending - Says how the program ended; empty if it has not ended.
   */
  show(run: LastSteps, count: number, ending = ""): void {
    const { steps } = run;
    const last = steps.at(-1);
    const line = last?.line ?? 0;
    const texts = (count > 0 ? steps.slice(-count) : []).map(describe);
    if (ending !== "") {
      const lastText = texts.at(-1);
      if (lastText) lastText.append(` ${ending}`);
      else texts.push(element("p", "runnable-stepper-text", ending));
    }
    this.description.replaceChildren(...texts, valuesOf(last));
    this.#excerpt.show(line);
    this.output[1].textContent = printedSoFar(run);
    this.#mark(line);
  }
}

function valuesOf(step: Step | undefined): HTMLElement {
  const values = element("p", "runnable-stepper-values");
  for (const [name, value] of Object.entries(step?.values ?? {})) {
    values.append(element("code", "", `${name} = ${value}`), " ");
  }
  return values;
}

/** Returns the text of a step. It begins with the name of the thread or task, in bold type. */
function describe({ who, text }: Step): HTMLElement {
  const rest = text.startsWith(who) ? text.slice(who.length) : text;
  return element("p", "runnable-stepper-text", element("strong", "", who), rest);
}
