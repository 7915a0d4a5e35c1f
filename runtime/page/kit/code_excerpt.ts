/** Shows one line of a program with its neighbours, in case the code itself is out of view. */
import { element } from "./dom.ts";
import { addStyles } from "./styles.ts";
import styles from "../styles/late/excerpt.css";

/** Matches comments that mark where a section of a file begins or ends. Readers never see them. */
const REGION = /^\s*# (end)?region\b.*/;

// The sheets of the player and the explorer, which are added later, overrule this one.
addStyles(styles);

export class CodeExcerpt {
  readonly element = element("pre", "runnable-stepper-code");
  readonly #lines: string[];

  constructor(source: string) {
    this.#lines = source.split("\n").map((line) => line.replace(REGION, ""));
  }

  /** Shows a line by its number. For 0, the excerpt is empty but keeps its height. */
  show(line: number): void {
    this.element.replaceChildren();
    for (let number = line - 1; number <= line + 1; number++) {
      const text = line > 0 ? this.#lines[number - 1] : undefined;
      const shown = text === undefined ? "\n" : `${String(number).padStart(4)}  ${text}\n`;
      this.element.append(element("span", line > 0 && number === line ? "runnable-at" : "", shown));
    }
  }
}
