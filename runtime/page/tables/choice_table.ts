/**
 * The questions of `<choice-table>`, which lead readers to one of the rows of its table.
 *
 * The project chooses the words in the attributes of the element: `data-label` is the name of the group of
 * questions for assistive technology, and `data-result` is the sentence about the row that is found. In
 * this sentence, a name in braces, such as `{kind}`, stands for the paragraphs of the row's cell whose class
 * ends with this name, such as `data-table__kind`.
 */
import { button, element, freshId, listAttribute } from "../kit/dom.ts";
import {
  progress,
  type GivenAnswers,
  type Question,
  type RowConditions,
} from "./choice_questions.ts";
import { addStyles } from "../kit/styles.ts";
import styles from "../styles/late/choice.css";

export class ChoiceTable {
  readonly #root: HTMLElement;
  readonly #questions: Question[];
  readonly #rows: HTMLTableRowElement[];
  /** The conditions of each row. */
  readonly #conditions: RowConditions[];
  #given: GivenAnswers = {};
  #form = element("div", "choice");
  #result = element("p", "choice__result");
  /** The fields of the questions that are shown, by key. */
  #fields = new Map<string, HTMLElement>();
  #again = button("Start again", () => {
    this.#given = {};
    for (const input of this.#root.querySelectorAll("input")) input.checked = false;
    this.#update();
    this.#root.querySelector("input")?.focus();
  });

  /** Adds the questions to the element `<choice-table>`, in which they stay when it leaves the page. */
  constructor(root: HTMLElement) {
    addStyles(styles);
    this.#root = root;
    this.#questions = JSON.parse(root.dataset["questions"] ?? "[]") as Question[];
    this.#rows = [...root.querySelectorAll<HTMLTableRowElement>("tbody > tr")];
    this.#conditions = this.#rows.map((row) => givenConditions(row, this.#questions));
    this.#result.role = "status";
    this.#form.role = "group";
    this.#form.ariaLabel = root.dataset["label"] ?? "Questions";
    this.#form.append(this.#result, this.#again);
    root.prepend(this.#form);
    this.#update();
  }

  #update(): void {
    const { asked, given, found } = progress(this.#questions, this.#conditions, this.#given);
    this.#given = given;
    for (const [key, field] of this.#fields) {
      if (asked.some((question) => question.key === key)) continue;
      field.remove();
      this.#fields.delete(key);
    }
    for (const question of asked) {
      if (this.#fields.has(question.key)) continue;
      const field = this.#createField(question);
      this.#fields.set(question.key, field);
      this.#result.before(field);
    }
    this.#rows.forEach((row, index) => {
      if (index === found) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
    this.#again.hidden = Object.keys(given).length === 0;
    this.#showResult(found === undefined ? undefined : this.#rows[found]);
  }

  #createField({ key, ask, answers }: Question): HTMLElement {
    const group = freshId();
    const options = answers.map((answer) => {
      const input = element("input", "");
      input.type = "radio";
      input.name = group;
      input.addEventListener("change", () => {
        this.#given = { ...this.#given, [key]: answer.key };
        this.#update();
      });
      return element("label", "choice__answer", input, answer.text);
    });
    return element("fieldset", "choice__question", element("legend", "", ask), ...options);
  }

  /** Shows a row as a sentence. Without a row, shows nothing. */
  #showResult(row: HTMLTableRowElement | undefined): void {
    const sentence = this.#root.dataset["result"] ?? "{key}";
    this.#result.replaceChildren(...(row ? fillSentence(sentence, row) : []));
  }
}

/**
 * Replaces each name in braces in a sentence, such as `{kind}`, with a copy of the content of the paragraphs
 * in the row's cell of this name. If the row has no such cell, the name stays as it is.
 */
function fillSentence(sentence: string, row: HTMLTableRowElement): (Node | string)[] {
  return sentence.split(/(\{[\w-]+\})/).flatMap((part): (Node | string)[] => {
    const kind = /^\{(.+)\}$/.exec(part)?.[1];
    const cell = kind === undefined ? null : row.querySelector(`.data-table__${kind}`);
    if (!cell) return [part];
    const copy = cell.cloneNode(true) as Element;
    return [...copy.querySelectorAll("p")].flatMap((paragraph) => [...paragraph.childNodes]);
  });
}

/** Reads the conditions of a row from its attributes. */
function givenConditions(row: HTMLTableRowElement, questions: readonly Question[]): RowConditions {
  const conditions: Record<string, string[]> = {};
  for (const { key } of questions) {
    const answers = listAttribute(row, key);
    if (answers.length > 0) conditions[key] = answers;
  }
  return conditions;
}
