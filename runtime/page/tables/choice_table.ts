/** `<choice-table>`: questions above a table, which lead to one of its rows and say why. */
import { path, type Given, type Question, type When } from "./choice_questions.ts";
import { button, element, freshId, listAttribute } from "../kit/dom.ts";

export class ChoiceTable extends HTMLElement {
  #questions: Question[] = [];
  #rows: HTMLTableRowElement[] = [];
  #whens: When[] = [];
  #given: Given = {};
  #form = element("div", "choice");
  #result = element("p", "choice__result");
  #shown = new Map<string, HTMLElement>();
  #again = button("Start again", () => {
    this.#given = {};
    for (const input of this.querySelectorAll("input")) input.checked = false;
    this.#update();
    this.querySelector("input")?.focus();
  });

  connectedCallback(): void {
    if (this.#rows.length > 0) return;
    this.#questions = JSON.parse(this.dataset["questions"] ?? "[]") as Question[];
    this.#rows = [...this.querySelectorAll<HTMLTableRowElement>("tbody > tr")];
    this.#whens = this.#rows.map((row) =>
      Object.fromEntries(
        this.#questions
          .map(({ key }) => [key, listAttribute(row, key)] as const)
          .filter(([, answers]) => answers.length > 0),
      ),
    );
    this.#result.role = "status";
    this.#form.role = "group";
    this.#form.ariaLabel = "Questions about your job";
    this.#form.append(this.#result, this.#again);
    this.prepend(this.#form);
    this.#update();
  }

  #update(): void {
    const { asked, given, found } = path(this.#questions, this.#whens, this.#given);
    this.#given = given;
    for (const [key, field] of this.#shown) {
      if (asked.some((question) => question.key === key)) continue;
      field.remove();
      this.#shown.delete(key);
    }
    for (const question of asked) {
      if (this.#shown.has(question.key)) continue;
      const field = this.#ask(question);
      this.#shown.set(question.key, field);
      this.#result.before(field);
    }
    this.#rows.forEach((row, index) => {
      if (index === found) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
    this.#again.hidden = Object.keys(given).length === 0;
    this.#tell(found === undefined ? undefined : this.#rows[found]);
  }

  #ask({ key, ask, answers }: Question): HTMLElement {
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

  /** Says what the row says; empties the line when there is none. */
  #tell(row: HTMLTableRowElement | undefined): void {
    this.#result.replaceChildren();
    if (!row) return;
    const [, choose, because, start] = [...row.cells];
    const link = start?.querySelector("a")?.cloneNode(true);
    this.#result.append(
      element("strong", "", choose?.textContent.trim() ?? ""),
      `, because ${because?.textContent.trim() ?? ""}. Start from `,
      link ?? start?.textContent.trim() ?? "",
      ".",
    );
  }
}
