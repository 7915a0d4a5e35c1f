/** The field in which a reader answers `input()`, in place of a terminal. */
import { button, element } from "../kit/dom.ts";

/** Called once, with the line or with undefined at the end of input. */
export type Answer = (text: string | undefined) => void;

export interface Question {
  readonly element: HTMLElement;
  focus(): void;
}

/** A field with this label and its buttons; to be put where the prompt ends. */
export function createInputField(label: string, answer: Answer): Question {
  const field = element("input", "runnable-field");
  field.type = "text";
  field.autocomplete = "off";
  field.autocapitalize = "off";
  field.spellcheck = false;
  field.enterKeyHint = "send";
  field.setAttribute("aria-label", label);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    // As on a terminal: Ctrl+D ends the input only at the beginning of a line.
    const isEnd = event.key === "d" && event.ctrlKey && !event.shiftKey && !event.altKey;
    if (isEnd) {
      event.preventDefault();
      if (field.value === "") answer(undefined);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      answer(field.value);
    }
  });
  const send = button("Send", () => answer(field.value));
  const end = button("End of input", () => answer(undefined));
  end.title = "Ctrl+D";
  const box = element("span", "runnable-ask", field, send, end);
  return { element: box, focus: () => field.focus({ preventScroll: true }) };
}
