/** The interactive part of `<predict-question>`: choosing, running, and what the run says. */
import { button, element, freshId } from "../kit/dom.ts";
import { compare, decide, type Answer } from "./answers.ts";
import type { EndedRun } from "../workbench/runner.ts";

interface Choice {
  li: HTMLElement;
  content: Node[];
  input: HTMLInputElement;
  mark: HTMLElement;
  answer: Answer;
}

export class Question {
  readonly #snippet: HTMLElement;
  readonly #program: HTMLElement;
  /** The answer that the recorded run bears out. */
  readonly #recorded: number;
  readonly #choices: Choice[];
  readonly #status = element("p", "predict-status");
  readonly #see: HTMLButtonElement;
  readonly #again = button("Ask me again", () => this.#reset());
  readonly #bar: HTMLElement;
  readonly #result: HTMLElement | null;
  readonly #said: Node[];
  /** Ends with the question. */
  readonly #end = new AbortController();

  constructor(root: HTMLElement, snippet: HTMLElement, program: HTMLElement) {
    this.#snippet = snippet;
    this.#program = program;
    this.#recorded = Number(root.dataset["recorded"]);
    const runs = snippet.dataset["native"] === undefined;
    this.#see = button(runs ? "Run it" : "Show its output", () =>
      runs ? this.#run() : this.#show(),
    );
    const group = freshId();
    this.#choices = [...root.querySelectorAll<HTMLElement>("[data-when]")].map((li) =>
      this.#offer(li, group),
    );
    this.#status.role = "status";
    this.#bar = element("div", "predict-bar", this.#status, this.#see, this.#again);
    root.querySelector("fieldset")?.append(this.#bar);
    this.#name(root);
    this.#result = program.querySelector<HTMLElement>(".predict-result");
    this.#said = [...(this.#result?.childNodes ?? [])];
    this.#result?.replaceChildren(
      runs ? "Its output is hidden until you run it." : "Its output is hidden until you look.",
      button("Show it", () => this.#show()),
    );
    this.#program.classList.add("predict-ready");
    // What is told stays in the window until the reader does something else.
    const settle = (): void => {
      if ("told" in this.#program.dataset) this.#program.dataset["told"] = "";
    };
    for (const act of ["pointerdown", "keydown"]) {
      addEventListener(act, settle, { signal: this.#end.signal, capture: true });
    }
    this.#wait();
  }

  /** Gives the static HTML back. */
  close(): void {
    this.#end.abort();
    for (const { li, content } of this.#choices) li.replaceChildren(...content);
    this.#bar.remove();
    this.#result?.replaceChildren(...this.#said);
    this.#program.classList.remove("predict-ready");
    this.#program.removeAttribute("data-told");
  }

  get #chosen(): number | undefined {
    const index = this.#choices.findIndex(({ input }) => input.checked);
    return index < 0 ? undefined : index + 1;
  }

  #offer(li: HTMLElement, group: string): Choice {
    const { when = "", below, above } = li.dataset;
    const content = [...li.childNodes];
    const input = element("input", "predict-choice");
    input.type = "radio";
    input.name = group;
    input.addEventListener("change", () => this.#wait());
    const mark = element("strong", "predict-mark");
    li.append(element("label", "", input, element("span", "", ...content, mark)));
    const answer: Answer = { when };
    if (below !== undefined) answer.below = Number(below);
    if (above !== undefined) answer.above = Number(above);
    return { li, content, input, mark, answer };
  }

  /** The group is called what is asked: the paragraph before it. */
  #name(root: HTMLElement): void {
    const asked = root.previousElementSibling;
    const [fieldset, legend] = [root.querySelector("fieldset"), root.querySelector("legend")];
    if (!fieldset || !legend || !asked?.matches("p")) return;
    for (const part of [legend, asked]) part.id ||= freshId();
    fieldset.setAttribute("aria-labelledby", `${legend.id} ${asked.id}`);
  }

  /** Nothing is known yet of what has been chosen. */
  #wait(): void {
    this.#mark(undefined);
    const runs = this.#snippet.dataset["native"] === undefined;
    const [asks, sends] = runs
      ? ["Choose an answer before you run it.", "Now run it and see."]
      : ["Choose an answer before you look.", "Now look and see."];
    this.#status.textContent = this.#chosen === undefined ? asks : sends;
    this.#see.hidden = this.#chosen === undefined;
    this.#again.hidden = true;
    if ("told" in this.#program.dataset) this.#result?.replaceChildren();
  }

  #reset(): void {
    for (const { input } of this.#choices) input.checked = false;
    this.#wait();
    this.#choices[0]?.input.focus();
  }

  #run(): void {
    this.#unfold();
    this.#snippet.querySelector<HTMLElement>(".runnable-run")?.click();
    this.#reveal();
  }

  /** Shows what has been recorded, which is a run as well. */
  #show(): void {
    this.#unfold();
    this.#conclude(this.#recorded, compare(this.#recorded, this.#chosen));
    this.#reveal();
  }

  /** A run has ended, of whatever the reader has made of the program. */
  judge({ outcome, text, time }: EndedRun): void {
    const answers = this.#choices.map(({ answer }) => answer);
    const { answer, said } = decide(answers, this.#chosen, outcome, text);
    this.#conclude(answer, time === "" ? said : `${said} The program ran ${time}.`);
  }

  #conclude(answer: number | undefined, said: string): void {
    this.#program.dataset["told"] = "now";
    this.#mark(answer);
    this.#status.textContent = said;
    this.#result?.replaceChildren(said);
    this.#again.hidden = this.#chosen === undefined;
    this.#see.hidden = this.#chosen === undefined;
  }

  /** In words and by a sign; colour only helps. */
  #mark(happened: number | undefined): void {
    this.#choices.forEach(({ li, input, mark }, index) => {
      const isTrue = happened === index + 1;
      const isSaid = happened !== undefined && input.checked;
      li.classList.toggle("predict-happened", isTrue);
      li.classList.toggle("predict-missed", isSaid && !isTrue);
      mark.textContent = isTrue
        ? isSaid
          ? "✓ Right: this is what happened"
          : "➜ This is what happened"
        : isSaid
          ? "✗ Your answer"
          : "";
    });
  }

  #unfold(): void {
    let folded = this.#program.closest("details");
    for (; folded; folded = folded.parentElement?.closest("details") ?? null) folded.open = true;
  }

  /** Scrolls to the output, unless it is in view. */
  #reveal(): void {
    const output = this.#snippet.querySelector<HTMLElement>(".runnable-output");
    if (!output) return;
    const { top, bottom } = output.getBoundingClientRect();
    if (top >= 0 && bottom <= innerHeight) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    output.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
  }
}
