/** A line of a program with its neighbours: the code itself may be out of sight. */
import { element } from "./dom.ts";

/** Marks parts of a file for other pages; the code above is shown without it. */
const REGION = /^\s*# (end)?region\b.*/;

export class CodeExcerpt {
  readonly element = element("pre", "runnable-stepper-code");
  readonly #source: string[];

  constructor(source: string) {
    this.#source = source.split("\n").map((line) => line.replace(REGION, ""));
  }

  /** 0: there is no such line, but the room for it stays. */
  show(line: number): void {
    this.element.replaceChildren();
    for (let number = line - 1; number <= line + 1; number++) {
      const text = line > 0 ? this.#source[number - 1] : undefined;
      const shown = text === undefined ? "\n" : `${String(number).padStart(4)}  ${text}\n`;
      this.element.append(element("span", line > 0 && number === line ? "runnable-at" : "", shown));
    }
  }
}
