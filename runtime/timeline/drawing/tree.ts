/** Elements to be, for HTML as for a page. */
export interface Tree {
  tag: string;
  attributes: Record<string, string | number>;
  children: readonly (Tree | string)[];
  /** Tells it from its siblings, from one drawing to the next. */
  key?: string;
}

/** Attributes that are empty, undefined or false are left out. */
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
