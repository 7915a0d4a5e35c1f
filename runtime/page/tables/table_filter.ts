/** Which rows of a table a reader wants to see, and how the address of the page says so. */

/** One row: its text, and its values of each facet. */
export interface Entry {
  text: string;
  facets: Readonly<Record<string, readonly string[]>>;
}

/** What is looked for: words, all of which must occur, and at most one value of each facet. */
export interface Wanted {
  words: string;
  facets: Readonly<Record<string, string>>;
}

export interface Option {
  value: string;
  count: number;
}

const WORDS = "find";

/** Lower case, without accents: what two spellings have in common. */
export function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

export function matches(entry: Entry, wanted: Wanted): boolean {
  const text = folded(entry.text);
  return (
    folded(wanted.words)
      .split(/\s+/)
      .every((word) => text.includes(word)) &&
    Object.entries(wanted.facets).every(
      ([facet, value]) => value === "" || (entry.facets[facet] ?? []).includes(value),
    )
  );
}

/** The values of a facet, in the order in which they first occur, with the number of rows. */
export function options(entries: readonly Entry[], facet: string): Option[] {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    for (const value of entry.facets[facet] ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({ value, count }));
}

/** Reads the query of an address; what it does not know, or no row has, is left out. */
export function readQuery(
  search: string,
  entries: readonly Entry[],
  facets: readonly string[],
): Wanted {
  const query = new URLSearchParams(search);
  const known = (facet: string): string =>
    options(entries, facet).find(({ value }) => value === query.get(facet))?.value ?? "";
  return {
    words: query.get(WORDS) ?? "",
    facets: Object.fromEntries(facets.map((facet) => [facet, known(facet)])),
  };
}

/** The query that `readQuery` reads; other parameters of the address stay. */
export function writeQuery(search: string, wanted: Wanted): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries({ ...wanted.facets, [WORDS]: wanted.words })) {
    if (value.trim() === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
