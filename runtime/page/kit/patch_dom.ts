/** Updates elements in the page so that they match trees, and changes only what differs. */
import type { Tree } from "../../timeline/drawing/tree.ts";

const SVG = "http://www.w3.org/2000/svg";

/** The tree that each element was last drawn from. */
const drawn = new WeakMap<Node, Tree>();

/**
 * Makes the children of an element match these trees. A child that has a key is matched with the
 * element that was drawn with the same key, and the children without a key are matched in order. Matching
 * elements with the same tag are reused, so they keep their state. They also keep the focus, unless they
 * have to be moved because the order has changed.
 */
export function patchChildren(parent: Element, children: readonly (Tree | string)[]): void {
  // The present children: those that were drawn with a key, by key, and all others in order.
  const keyed = new Map<string, Element>();
  const unkeyed: ChildNode[] = [];
  for (const node of parent.childNodes) {
    const key = drawn.get(node)?.key;
    if (key === undefined) unkeyed.push(node);
    else keyed.set(key, node as Element);
  }
  const matches = children.map((child) => {
    const key = typeof child === "string" ? undefined : child.key;
    const node = key === undefined ? undefined : keyed.get(key);
    if (node) keyed.delete(key!);
    return node;
  });
  // Elements whose key is gone are reused for new keys, which is cheaper than creating elements. An
  // element with the focus is not reused, because the focus would move to something unrelated.
  const spare = [...keyed.values()].filter((node) => !node.contains(document.activeElement));
  let next = 0;
  const wanted = children.map((child, index) => {
    const isKeyed = typeof child !== "string" && child.key !== undefined;
    return update(isKeyed ? (matches[index] ?? spare.pop()) : unkeyed[next++], child, parent);
  });
  const kept = new Set<Node>(wanted);
  for (const node of [...parent.childNodes]) if (!kept.has(node)) node.remove();
  // Nodes that are already in the right place are not moved, because moving drops the focus.
  let place = parent.firstChild;
  for (const node of wanted) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
}

/** Returns the child that was drawn with this key, if there is one. */
export function findByKey(parent: Element, key: string): Element | undefined {
  return [...parent.children].find((child) => drawn.get(child)?.key === key);
}

/**
 * Returns a node that matches `child`: either `node`, updated, or a new one if `node` is undefined or of
 * another kind.
 */
function update(node: ChildNode | undefined, child: Tree | string, parent: Element): ChildNode {
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
