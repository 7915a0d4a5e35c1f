/** Small helpers for building elements. Text is always set as text, never parsed. */

/** An element with a class (leave empty for none) and children; strings become text nodes. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.append(...children);
  return made;
}

/** A real button that calls `act` when it is pressed, unless it is marked as disabled. */
export function button(label: string, act: () => void): HTMLButtonElement {
  const made = element("button", "runnable-button", label);
  made.type = "button";
  made.addEventListener("click", () => {
    if (made.getAttribute("aria-disabled") !== "true") act();
  });
  return made;
}

/**
 * Switches a button without taking the focus from it: a `disabled` button that has the focus drops
 * it, and a keyboard reader would start again from the top of the page.
 */
export function enable(made: HTMLButtonElement, enabled: boolean): void {
  if (enabled) made.removeAttribute("aria-disabled");
  else made.setAttribute("aria-disabled", "true");
}

let count = 0;

/** An id that no other element of the page has. */
export function freshId(): string {
  count += 1;
  return `runnable-${String(count)}`;
}

/** The values in a row's attribute `data-…`, which `|` separates. */
export function listAttribute(row: Element, name: string): string[] {
  return (row.getAttribute(`data-${name}`) ?? "").split("|").filter((value) => value !== "");
}
