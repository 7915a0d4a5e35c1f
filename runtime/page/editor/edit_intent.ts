/** Notices when readers want to edit static code, rather than to select text in it or to scroll. */
import { caretAt } from "./caret_at_point.ts";
import type { Caret } from "./editor.ts";
import { hasSelection } from "./static_code.ts";

export interface EditIntent {
  /** Called when a pointer is pressed on the code, so that the editor can be loaded in advance. */
  prepare: () => void;
  /** Called when the reader wants to edit, at this position if it is known. The code has the focus then. */
  edit: (caret?: Caret) => void;
}

/** Calls the functions of `intent` whenever the reader wants to edit the code, until `signal` is aborted. */
export function onEditIntent(code: HTMLElement, signal: AbortSignal, intent: EditIntent): void {
  // Pressing a mouse button focuses the code, but may also start a selection. Therefore `edit` is called
  // for a press only at the click that ends the press, and only if no text is selected then. If the code,
  // which must be focusable, gets the focus in any other way, the reader wants to edit it.
  let isPressed = false;
  const press = (): void => {
    isPressed = true;
    intent.prepare();
  };
  const release = (): void => {
    isPressed = false;
  };
  const onFocus = (event: FocusEvent): void => {
    if (event.target === code && !isPressed) intent.edit();
  };
  const onClick = (event: MouseEvent): void => {
    release();
    if (hasSelection(code)) return;
    const caret = caretAt(code, event.clientX, event.clientY);
    // `onFocus` must not call `edit` as well when the code is focused here.
    isPressed = true;
    code.focus({ preventScroll: true });
    release();
    intent.edit(caret);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && event.target === code) intent.edit();
  };
  code.addEventListener("pointerdown", press, { signal });
  code.addEventListener("focus", onFocus, { signal });
  code.addEventListener("click", onClick, { signal });
  code.addEventListener("keydown", onKey, { signal });
  // No click ends the press if a touch turns out to scroll, or if the pointer is released elsewhere. The
  // code keeps the focus in the second case, so the press can be forgotten when the code loses the focus.
  code.addEventListener("pointercancel", release, { signal });
  code.addEventListener("blur", release, { signal });
}
