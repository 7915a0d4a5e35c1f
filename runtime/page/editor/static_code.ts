/** Helpers for the code of a widget as it is in the page before an editor replaces it. */

/** How readers who cannot see the code learn what it is, and which keys they can use. */
export interface CodeLabels {
  /** The accessible name of the code. */
  label: string;
  /** The id of the element that explains the keys. */
  describedBy: string;
}

/**
 * Makes static code focusable, and gives it an accessible name and a description. When an editor opens,
 * `CodeView` removes these attributes, because the editor has a name and a description of its own.
 */
export function makeFocusable(code: HTMLElement, { label, describedBy }: CodeLabels): void {
  // The static HTML makes the <pre> focusable. With scripts, the element around it is focusable instead.
  code.querySelector("pre")?.removeAttribute("tabindex");
  code.tabIndex = 0;
  code.setAttribute("role", "group");
  code.setAttribute("aria-label", label);
  code.setAttribute("aria-describedby", describedBy);
}

/** Whether the reader has selected text in the code, for example to copy it. */
export function hasSelection(code: HTMLElement): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(code, true);
}

/** Highlights a line of static code and scrolls the code to it; 0 removes the highlight. */
export function markStatic(code: HTMLElement, line: number): void {
  for (const shown of code.querySelectorAll<HTMLElement>(".runnable-line")) {
    const isMarked = Number(shown.dataset["line"]) === line;
    shown.classList.toggle("runnable-marked", isMarked);
    if (isMarked) scrollWithin(code, shown);
  }
}

/**
 * Scrolls the box so that the line is in view. Does not scroll the page, because the reader may be looking
 * at another part of the page.
 */
function scrollWithin(box: HTMLElement, line: HTMLElement): void {
  const [outer, inner] = [box.getBoundingClientRect(), line.getBoundingClientRect()];
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
}
