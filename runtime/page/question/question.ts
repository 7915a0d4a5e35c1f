/**
 * The interactive part of `<predict-question>`: readers choose an answer, and a run or the recording shows
 * whether it is right.
 */
import { button, element, freshId } from "../kit/dom.ts";
import type { EndedRun } from "../workbench/run_ended.ts";
import { describeMatch, judgeRun, type Answer } from "./answers.ts";

/** An answer, with the elements that show it. */
interface Choice {
  item: HTMLElement;
  /** The content of the static item, which is restored when the question closes. */
  content: Node[];
  input: HTMLInputElement;
  /** Says, after a run, whether this answer was right. */
  mark: HTMLElement;
  answer: Answer;
}

/** The texts of a question above a program that runs in the browser. */
const RUN_TEXTS = {
  /** The label of the button that reveals the right answer. */
  reveal: "Run it",
  /** Shown in place of the result. */
  hidden: "Its output is hidden until you run it.",
  /** The status before the reader has chosen an answer. */
  choose: "Choose an answer before you run it.",
  /** The status after the reader has chosen an answer. */
  chosen: "Now run it and see.",
};

/** The texts of a question above a program that only has recorded output. */
const SHOW_TEXTS: typeof RUN_TEXTS = {
  reveal: "Show its output",
  hidden: "Its output is hidden until you look.",
  choose: "Choose an answer before you look.",
  chosen: "Now look and see.",
};

export class Question {
  readonly #snippet: HTMLElement;
  readonly #program: HTMLElement;
  /**
   * The number of the answer that matches the recorded run; undefined if there is no recording, or if an
   * outdated recording does not match exactly one answer.
   */
  readonly #recordedAnswer: number | undefined;
  readonly #choices: Choice[];
  readonly #texts: typeof RUN_TEXTS;
  readonly #status = element("p", "predict-status");
  readonly #reveal: HTMLButtonElement;
  readonly #again = button("Ask me again", () => this.#reset());
  /** Contains the status and the buttons. */
  readonly #bar: HTMLElement;
  /** The element below the program that shows the verdict as well, if the page has one. */
  readonly #result: HTMLElement | null;
  /** The static content of the result, which is restored when the question closes. */
  readonly #resultContent: Node[];
  /** Aborted when the question is closed. */
  readonly #life = new AbortController();

  /**
   * @param root - The element `<predict-question>`.
   * @param snippet - The snippet that answers the question.
   * @param program - The element around the snippet and the result.
   */
  constructor(root: HTMLElement, snippet: HTMLElement, program: HTMLElement) {
    this.#snippet = snippet;
    this.#program = program;
    const { recorded } = root.dataset;
    this.#recordedAnswer = recorded === undefined ? undefined : Number(recorded);
    const canRun = snippet.dataset["native"] === undefined;
    this.#texts = canRun ? RUN_TEXTS : SHOW_TEXTS;
    this.#reveal = button(this.#texts.reveal, () => (canRun ? this.#run() : this.#showRecorded()));
    const group = freshId();
    this.#choices = [...root.querySelectorAll<HTMLElement>("[data-when]")].map((item) =>
      this.#makeChoice(item, group),
    );
    this.#status.role = "status";
    this.#bar = element("div", "predict-bar", this.#status, this.#reveal, this.#again);
    root.querySelector("fieldset")?.append(this.#bar);
    this.#labelGroup(root);
    this.#result = program.querySelector<HTMLElement>(".predict-result");
    this.#resultContent = [...(this.#result?.childNodes ?? [])];
    const hasRecording = snippet.dataset["unrecorded"] === undefined;
    this.#result?.replaceChildren(...(hasRecording ? [this.#texts.hidden] : []));
    if (this.#recordedAnswer !== undefined) {
      this.#result?.append(button("Show it", () => this.#showRecorded()));
    }
    this.#program.classList.add("predict-ready");
    // While `data-told` has the value "now", a new result stays at the edge of the window (see
    // question.css). The next action of the reader ends that.
    const unstick = (): void => {
      if (this.#isRevealed) this.#program.dataset["told"] = "";
    };
    for (const action of ["pointerdown", "keydown"]) {
      addEventListener(action, unstick, { signal: this.#life.signal, capture: true });
    }
    this.#askAgain();
  }

  /** Restores the static content. The label of the group of answers stays. */
  close(): void {
    this.#life.abort();
    for (const { item, content } of this.#choices) item.replaceChildren(...content);
    this.#bar.remove();
    this.#result?.replaceChildren(...this.#resultContent);
    this.#program.classList.remove("predict-ready");
    this.#program.removeAttribute("data-told");
  }

  /** Shows which answer matches a run of the reader, who may have changed the program before. */
  judge({ outcome, text, clockRate }: EndedRun): void {
    const answers = this.#choices.map(({ answer }) => answer);
    const { answer, sentence } = judgeRun(answers, this.#chosen, outcome, text);
    const suffix = clockRate === "" ? "" : ` The program ran ${clockRate}.`;
    this.#showVerdict(answer, sentence + suffix);
  }

  /** The number, from 1, of the answer that the reader has chosen. */
  get #chosen(): number | undefined {
    const index = this.#choices.findIndex(({ input }) => input.checked);
    return index < 0 ? undefined : index + 1;
  }

  /** Whether the reader has seen a verdict, so that the output is no longer hidden. */
  get #isRevealed(): boolean {
    return "told" in this.#program.dataset;
  }

  #makeChoice(item: HTMLElement, group: string): Choice {
    const { when = "", below, above } = item.dataset;
    const content = [...item.childNodes];
    const input = element("input", "predict-choice");
    input.type = "radio";
    input.name = group;
    input.addEventListener("change", () => this.#askAgain());
    const mark = element("strong", "predict-mark");
    item.append(element("label", "", input, element("span", "", ...content, mark)));
    const answer: Answer = { when };
    if (below !== undefined) answer.below = Number(below);
    if (above !== undefined) answer.above = Number(above);
    return { item, content, input, mark, answer };
  }

  /** Labels the group of answers with its legend and the question, the paragraph before the element. */
  #labelGroup(root: HTMLElement): void {
    const paragraph = root.previousElementSibling;
    const [fieldset, legend] = [root.querySelector("fieldset"), root.querySelector("legend")];
    if (!fieldset || !legend || !paragraph?.matches("p")) return;
    for (const part of [legend, paragraph]) part.id ||= freshId();
    fieldset.setAttribute("aria-labelledby", `${legend.id} ${paragraph.id}`);
  }

  /**
   * Shows the question without a verdict, because the reader has chosen no answer, or has not run the
   * program since choosing one.
   */
  #askAgain(): void {
    this.#markAnswers(undefined);
    const hasChosen = this.#chosen !== undefined;
    this.#status.textContent = hasChosen ? this.#texts.chosen : this.#texts.choose;
    this.#reveal.hidden = !hasChosen;
    this.#again.hidden = true;
    if (this.#isRevealed) this.#result?.replaceChildren();
  }

  #reset(): void {
    for (const { input } of this.#choices) input.checked = false;
    this.#askAgain();
    this.#choices[0]?.input.focus();
  }

  #run(): void {
    this.#unfold();
    this.#snippet.querySelector<HTMLElement>(".runnable-run")?.click();
    this.#scrollToOutput();
  }

  /** Shows the recorded output, and judges the choice by it. */
  #showRecorded(): void {
    if (this.#recordedAnswer === undefined) return;
    this.#unfold();
    this.#showVerdict(this.#recordedAnswer, describeMatch(this.#recordedAnswer, this.#chosen));
    this.#scrollToOutput();
  }

  #showVerdict(answer: number | undefined, sentence: string): void {
    this.#program.dataset["told"] = "now";
    this.#markAnswers(answer);
    this.#status.textContent = sentence;
    this.#result?.replaceChildren(sentence);
    this.#again.hidden = this.#chosen === undefined;
    this.#reveal.hidden = this.#chosen === undefined;
  }

  /** Marks the right answer and a wrong choice in words and with signs, because colour is not enough. */
  #markAnswers(right: number | undefined): void {
    this.#choices.forEach(({ item, input, mark }, index) => {
      const isRight = right === index + 1;
      const isWrongChoice = right !== undefined && input.checked && !isRight;
      item.classList.toggle("predict-happened", isRight);
      item.classList.toggle("predict-missed", isWrongChoice);
      if (isRight && input.checked) mark.textContent = "✓ Right: this is what happened";
      else if (isRight) mark.textContent = "➜ This is what happened";
      else mark.textContent = isWrongChoice ? "✗ Your answer" : "";
    });
  }

  /** Opens all `<details>` around the program. */
  #unfold(): void {
    let details = this.#program.closest("details");
    while (details) {
      details.open = true;
      details = details.parentElement?.closest("details") ?? null;
    }
  }

  /** Scrolls to the output, unless all of it is in view. */
  #scrollToOutput(): void {
    const output = this.#snippet.querySelector<HTMLElement>(".runnable-output");
    if (!output) return;
    const { top, bottom } = output.getBoundingClientRect();
    if (top >= 0 && bottom <= innerHeight) return;
    const isMotionReduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
    output.scrollIntoView({ block: "center", behavior: isMotionReduced ? "auto" : "smooth" });
  }
}
