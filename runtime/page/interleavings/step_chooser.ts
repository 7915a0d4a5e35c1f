/** A run whose turns the reader gives out: who could go on, and what has come of it so far. */
import { button, element, enable } from "../kit/dom.ts";
import type { Played } from "./explorer_program.ts";
import { StepDetails } from "./step_details.ts";

/** Runs the program again with these choices; nothing if that failed, which has been said. */
export type Play = (choices: readonly number[], toTheEnd: boolean) => Promise<Played | undefined>;

export class StepChooser {
  readonly element: HTMLElement = element("div", "runnable-stepper");
  readonly #play: Play;
  readonly #mark: (line: number) => void;
  readonly #back = button("Step back", () => void this.#go(this.#played.choices.slice(0, -1)));
  readonly #goOn = button("Run to the end", () => void this.#go(this.#played.choices, true));
  readonly #chosen = element("span", "runnable-stepper-place");
  readonly #options = element("div", "runnable-turns");
  readonly #view: StepDetails;
  #played: Played;
  #busy = false;

  /** `mark` marks a line of the source. */
  constructor(played: Played, source: string, mark: (line: number) => void, play: Play) {
    this.#played = played;
    this.#play = play;
    this.#mark = mark;
    this.#view = new StepDetails(source, mark);
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "A run whose steps you choose");
    this.#options.setAttribute("role", "group");
    this.#options.setAttribute("aria-label", "What runs next?");
    this.element.append(
      element("div", "runnable-stepper-bar", this.#back, this.#goOn, this.#chosen),
      this.#view.told,
      this.#view.code,
      this.#options,
      ...this.#view.printed,
    );
    this.#show(played.steps.length);
  }

  close(): void {
    this.#mark(0);
    this.element.remove();
  }

  /** Where the keyboard goes on. */
  focus(): void {
    const [first] = this.#options.querySelectorAll("button");
    (first ?? this.#back).focus();
  }

  /** Where it stands. A button that is taken away while it has the focus asks for it as well. */
  get #line(): number {
    return this.#played.steps.at(-1)?.line ?? 0;
  }

  async #go(choices: readonly number[], toTheEnd = false): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const before = this.#played;
    const played = await this.#play(choices, toTheEnd);
    this.#busy = false;
    if (!played || !this.element.isConnected) return;
    this.#played = played;
    // Of the one that went on its last step is told anew, as it is longer now.
    const isBack = played.choices.length < before.choices.length;
    const known = before.steps.length;
    const goesOn = before.steps.at(-1)?.text !== played.steps[known - 1]?.text;
    this.#show(isBack ? 1 : played.steps.length - known + Number(goesOn));
    this.focus();
  }

  /** Tells the last `count` of the steps. */
  #show(count: number): void {
    const { steps, options, choices, chosen, ending, breaks, kind } = this.#played;
    const isOpen = kind === "open";
    enable(this.#back, choices.length > 0);
    enable(this.#goOn, isOpen);
    this.#chosen.textContent = chosen;
    const verdict = breaks
      ? "You have found an interleaving that breaks the program."
      : "This interleaving does not break the program.";
    this.#view.show(steps, Math.max(1, count), isOpen ? "" : `${ending} ${verdict}`);
    this.element.classList.toggle("runnable-turns-broken", breaks);
    const buttons = options.map((option, index) => {
      const made = button("", () => void this.#go([...choices, index]));
      made.append(element("strong", "", option.who), ` ${option.text}`);
      made.addEventListener("pointerenter", () => this.#mark(option.line));
      made.addEventListener("focus", () => {
        // Not when it comes to the next one by itself.
        if (made.matches(":focus-visible")) this.#mark(option.line);
      });
      for (const event of ["blur", "pointerleave"]) {
        made.addEventListener(event, () => this.#mark(this.#line));
      }
      return made;
    });
    const label = isOpen ? "What runs next?" : "The run has ended.";
    this.#options.replaceChildren(element("p", "runnable-stepper-label", label), ...buttons);
  }
}
