/**
 * Shows the state of a run after a step: what happened, the variables, the line, and the output.
 */
import { CodeExcerpt } from "../kit/code_excerpt.ts";
import { element } from "../kit/dom.ts";
import { finalText } from "../output/terminal.ts";
import type { Step } from "./explorer_program.ts";

/** The height of a line of output, as in the style sheet. */
const LINE_HEIGHT_EM = 1.5;

export class StepDetails {
  /** The description of the last steps, and the variables. Screen readers announce each change. */
  readonly description = element("div", "runnable-stepper-told");
  /** The line of the last step, with its neighbours. */
  readonly code: HTMLElement;
  /** The output so far, with its label. */
  readonly output: readonly [HTMLElement, HTMLPreElement];
  readonly #excerpt: CodeExcerpt;
  readonly #mark: (line: number) => void;

  /** `mark` highlights a line of the source. */
  constructor(source: string, mark: (line: number) => void) {
    this.#excerpt = new CodeExcerpt(source);
    this.#mark = mark;
    this.code = this.#excerpt.element;
    this.description.setAttribute("aria-live", "polite");
    const label = element("p", "runnable-stepper-label", "Printed so far");
    this.output = [label, element("pre", "")];
  }

  /** Reserves the height for all that these steps print, so that nothing below moves. */
  reserveHeight(steps: readonly Step[]): void {
    const lineCount = outputOf(steps).split("\n").length - 1;
    this.output[1].style.minHeight = `${String(LINE_HEIGHT_EM * Math.max(1, lineCount))}em`;
  }

  /**
   * Shows the state after some steps.
   *
   * @param steps - All steps so far.
   * @param count - How many of the last steps are described.
   * @param ending - Says how the program ended; empty if it has not ended.
   */
  show(steps: readonly Step[], count: number, ending = ""): void {
    const last = steps.at(-1);
    const line = last?.line ?? 0;
    const texts = (count > 0 ? steps.slice(-count) : []).map(describe);
    if (ending !== "") {
      const lastText = texts.at(-1);
      if (lastText) lastText.append(` ${ending}`);
      else texts.push(element("p", "runnable-stepper-text", ending));
    }
    const values = element("p", "runnable-stepper-values");
    for (const [name, value] of Object.entries(last?.values ?? {})) {
      values.append(element("code", "", `${name} = ${value}`), " ");
    }
    this.description.replaceChildren(...texts, values);
    this.#excerpt.show(line);
    this.output[1].textContent = outputOf(steps);
    this.#mark(line);
  }
}

function outputOf(steps: readonly Step[]): string {
  return finalText(steps.map(({ stdout }) => stdout).join(""));
}

/** Returns the text of a step, with the name of the thread or task in bold type. */
function describe({ who, text }: Step): HTMLElement {
  const rest = text.startsWith(who) ? text.slice(who.length) : text;
  return element("p", "runnable-stepper-text", element("strong", "", who), rest);
}
