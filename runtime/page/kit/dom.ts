/** Small helpers that build elements, and read or change their attributes. They never parse HTML. */

/** Returns an element with these children. If `className` is empty, the element has no class. */
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

/** Returns a button that calls `act` when it is pressed, unless `enable` has disabled it. */
export function button(label: string, act: () => void): HTMLButtonElement {
  const made = element("button", "runnable-button", label);
  made.type = "button";
  made.addEventListener("click", () => {
    if (made.getAttribute("aria-disabled") !== "true") act();
  });
  return made;
}

/**
 * Enables or disables a button without moving the focus. With the attribute `disabled`, the button
 * would lose the focus, and keyboard users would start again from the top of the page.
 */
export function enable(target: HTMLButtonElement, isEnabled: boolean): void {
  if (isEnabled) target.removeAttribute("aria-disabled");
  else target.setAttribute("aria-disabled", "true");
}

let idCount = 0;

/** Returns an id that no other element of the page has. */
export function freshId(): string {
  idCount += 1;
  return `runnable-${String(idCount)}`;
}

/** Returns the values in the attribute `data-<name>` of an element, where `|` separates them. */
export function listAttribute(source: Element, name: string): string[] {
  return (source.getAttribute(`data-${name}`) ?? "").split("|").filter((value) => value !== "");
}
