/** Puts trees into the page: text as text, and only what has changed. */
import type { Tree } from "../../timeline/drawing/tree.ts";

const SVG = "http://www.w3.org/2000/svg";

/** What an element was drawn from. */
const drawn = new WeakMap<Node, Tree>();

/** Makes the children of an element be these; elements of the same key, or place, are kept. */
export function patchChildren(parent: Element, children: readonly (Tree | string)[]): void {
  const keyed = new Map<string, Element>();
  const others: ChildNode[] = [];
  for (const node of parent.childNodes) {
    const key = drawn.get(node)?.key;
    if (key === undefined) others.push(node);
    else keyed.set(key, node as Element);
  }
  const found = children.map((child) => {
    const key = typeof child === "string" ? undefined : child.key;
    const node = key === undefined ? undefined : keyed.get(key);
    if (node) keyed.delete(key!);
    return node;
  });
  // What is left becomes something else, rather than being made anew; but not what has the focus.
  const spare = [...keyed.values()].filter((node) => !node.contains(document.activeElement));
  let next = 0;
  const wanted = children.map((child, index) => {
    const isKeyed = typeof child !== "string" && child.key !== undefined;
    return renew(isKeyed ? (found[index] ?? spare.pop()) : others[next++], child, parent);
  });
  const kept = new Set<Node>(wanted);
  for (const node of [...parent.childNodes]) if (!kept.has(node)) node.remove();
  // Whatever stands in its place is not touched: it may have the focus.
  let place = parent.firstChild;
  for (const node of wanted) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
}

/** The child that was drawn with this key. */
export function findByKey(parent: Element, key: string): Element | undefined {
  return [...parent.children].find((child) => drawn.get(child)?.key === key);
}

function renew(node: ChildNode | undefined, child: Tree | string, parent: Element): ChildNode {
  if (typeof child === "string") {
    if (!(node instanceof Text)) return document.createTextNode(child);
    if (node.data !== child) node.data = child;
    return node;
  }
  const before = node && drawn.get(node);
  const element = before?.tag === child.tag ? (node as Element) : create(child.tag, parent);
  setAttributes(element, before?.tag === child.tag ? before.attributes : {}, child.attributes);
  drawn.set(element, child);
  patchChildren(element, child.children);
  return element;
}

function create(tag: string, parent: Element): Element {
  const inSvg = tag === "svg" || parent.namespaceURI === SVG;
  return inSvg ? document.createElementNS(SVG, tag) : document.createElement(tag);
}

function setAttributes(element: Element, old: Tree["attributes"], now: Tree["attributes"]): void {
  for (const name in old) if (!(name in now)) element.removeAttribute(name);
  for (const name in now) {
    const value = now[name]!;
    if (old[name] !== value) element.setAttribute(name, String(value));
  }
}
