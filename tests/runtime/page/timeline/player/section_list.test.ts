import assert from "node:assert/strict";
import { test } from "node:test";
import { sectionList } from "../../../../../runtime/page/timeline/player/section_list.ts";
import { html } from "../../../../../runtime/timeline/drawing/html.ts";
import type { Section } from "../../../../../runtime/timeline/words/sections.ts";

/**
 * Draws a section with the index 2, and returns its HTML. By default, it is an ordered, empty
 * "Ready queue".
 */
const draw = (more: Partial<Section>): string =>
  html(
    sectionList(
      {
        ...{ name: "Ready queue", isOrdered: true, isCode: false, count: 0, entries: [] },
        none: "Empty.",
        ...more,
      },
      2,
    ),
  );

test("an empty section says so instead of showing a list", () => {
  const text = draw({});
  assert.match(text, /Empty\./);
  assert.doesNotMatch(text, /<[ou]l/);
});

test("the list is named, ordered if the order matters, and says how many entries it has", () => {
  const entries = [
    { name: "Task-1", text: "resumes" },
    { name: "", text: "tick()" },
  ];
  const text = draw({ entries, count: 2 });
  assert.match(text, /<ol[^>]* aria-label="?Ready queue"?/);
  assert.match(text, /Ready queue: 2/);
  assert.match(text, /<li><strong>Task-1<\/strong> resumes<\/li>/);
  assert.match(draw({ entries, count: 2, isOrdered: false }), /<ul/);
});

test("entries that are not listed are counted", () => {
  const text = draw({ entries: [{ name: "", text: "tick()" }], count: 400 });
  assert.match(text, /and 399 others/);
});

test("a section takes the number of lines to reserve from the CSS variable with its index", () => {
  assert.match(draw({}), /--tl-most:var\(--tl-most-2\)/);
});
