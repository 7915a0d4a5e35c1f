/** A description of an element and its content, from which HTML text or nodes of a page are made. */
export interface Tree {
  tag: string;
  attributes: Record<string, string | number>;
  children: readonly (Tree | string)[];
  /** Identifies the element among its siblings, so that a redraw can reuse its node. */
  key?: string;
}

/** Makes a tree without those attributes and children that are empty, undefined or false. */
export function tree(
  tag: string,
  attributes: Record<string, string | number | boolean | undefined> = {},
  ...children: readonly (Tree | string | undefined)[]
): Tree {
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === "") continue;
    kept[name] = value === true ? "" : value;
  }
  return {
    tag,
    attributes: kept,
    children: children.filter((child): child is Tree | string => (child ?? "") !== ""),
  };
}
