/** Parts of what the player of a timeline shows. */
import type { Section } from "../../../timeline/words/sections.ts";
import { tree, type Tree } from "../../../timeline/drawing/tree.ts";
import { plural } from "../../../timeline/words/words.ts";

/** Keeps the room that an element once took: what stands below it moves down, but never up again. */
export class Room {
  readonly #element: HTMLElement;
  #width = 0;
  #height = 0;

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  /** What is in it has changed. */
  keep(): void {
    const { offsetWidth: width, offsetHeight: height, style } = this.#element;
    if (width === this.#width && height <= this.#height) return;
    style.minHeight = "";
    this.#width = width;
    this.#height = this.#element.offsetHeight;
    style.minHeight = `${String(this.#height)}px`;
  }
}

/** A list with its name; `--tl-most-…` is the number of lines that it has at most. */
export function part(
  { name, isOrdered, isCode, entries, count, none }: Section,
  index: number,
): Tree {
  const items = entries.map(({ name, text }) => {
    const strong = name === "" ? undefined : tree("strong", {}, name);
    return tree("li", {}, strong, strong && text !== "" ? ` ${text}` : text);
  });
  const left = count - entries.length;
  if (left > 0) items.push(tree("li", { class: "tl-player-left" }, `and ${plural(left, "other")}`));
  return tree(
    "div",
    { style: `--tl-most:var(--tl-most-${String(index)})` },
    tree(
      "p",
      { class: "tl-player-label" },
      isCode ? tree("code", {}, name) : name,
      count > 1 ? `: ${String(count)}` : undefined,
    ),
    count === 0
      ? tree("p", { class: "tl-player-none" }, none)
      : tree(
          isOrdered ? "ol" : "ul",
          { class: isCode ? "tl-player-code" : "", "aria-label": name },
          ...items,
        ),
  );
}
