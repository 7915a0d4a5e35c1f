/** Writes a tree as HTML. */
import type { Tree } from "./tree.ts";

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escape = (text: string): string => text.replace(/[&<>"]/g, (found) => ENTITIES[found]!);

/** SVG elements that are written as self-closing tags. */
const SHAPES = new Set(["rect", "path", "line", "circle"]);

/** Returns an element or a text as HTML. */
export function html(node: Tree | string): string {
  if (typeof node === "string") return escape(node);
  const { tag, attributes, children } = node;
  const start = Object.entries(attributes)
    // A blank line in a value would end the HTML block in Markdown.
    .map(([name, value]) => ` ${name}="${escape(String(value)).replace(/\s/g, " ")}"`)
    .join("");
  if (children.length === 0 && SHAPES.has(tag)) return `<${tag}${start}/>`;
  return `<${tag}${start}>${children.map(html).join("")}</${tag}>`;
}
