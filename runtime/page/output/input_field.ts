/** The field in which a reader answers a program that calls `input()`. */
import { button, element } from "../kit/dom.ts";

/** Called with the line that the reader has typed, or with undefined for the end of input. */
export type OnAnswer = (text: string | undefined) => void;

export interface InputField {
  readonly element: HTMLElement;
  focus(): void;
}

/** Creates a field with this accessible name, and the buttons that answer the program. */
export function createInputField(label: string, onAnswer: OnAnswer): InputField {
  const field = element("input", "runnable-field");
  field.type = "text";
  field.autocomplete = "off";
  field.autocapitalize = "off";
  field.spellcheck = false;
  field.enterKeyHint = "send";
  field.setAttribute("aria-label", label);
  field.addEventListener("keydown", (event) => {
    // While an input method composes characters, Enter confirms them.
    if (event.isComposing) return;
    const isCtrlD = event.key === "d" && event.ctrlKey && !event.shiftKey && !event.altKey;
    if (isCtrlD) {
      event.preventDefault();
      // As in a terminal, Ctrl+D ends the input only at the beginning of a line.
      if (field.value === "") onAnswer(undefined);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      onAnswer(field.value);
    }
  });
  const send = button("Send", () => onAnswer(field.value));
  const end = button("End of input", () => onAnswer(undefined));
  end.title = "Ctrl+D";
  const box = element("span", "runnable-ask", field, send, end);
  return { element: box, focus: () => field.focus({ preventScroll: true }) };
}
