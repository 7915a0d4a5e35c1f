/** Draws the lists of the player and of the panel for a paused program, for example the ready queue. */
import type { Section } from "../../../timeline/words/sections.ts";
import { tree, type Tree } from "../../../timeline/drawing/tree.ts";
import { plural } from "../../../timeline/words/words.ts";

/**
 * Draws a section as a list with its name. The player sets `--tl-most-<index>` to the largest number of
 * lines that this list has at any moment of the run, and the style sheet reserves this space, so that
 * nothing below moves. In the panel for a paused program, the variable is not set, and one line is
 * reserved.
 */
export function sectionList(
  { name, isOrdered, isCode, entries, count, none }: Section,
  index: number,
): Tree {
  const items = entries.map(({ name, text }) => {
    const strong = name === "" ? undefined : tree("strong", {}, name);
    return tree("li", {}, strong, strong && text !== "" ? ` ${text}` : text);
  });
  const others = count - entries.length;
  if (others > 0) {
    items.push(tree("li", { class: "tl-player-others" }, `and ${plural(others, "other")}`));
  }
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
