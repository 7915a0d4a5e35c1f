/**
 * Decides which rows of a table a reader wants to see, and translates the reader's filter to and from the
 * query of the page's address. A facet is a property of the rows that readers can filter by, for example
 * their topic.
 */

/** A row of the table: its text, and its values for each facet. */
export interface Entry {
  text: string;
  facets: Readonly<Record<string, readonly string[]>>;
}

/** What the reader searches for. */
export interface Filter {
  /** Words, or parts of words, that all have to occur in a row. */
  words: string;
  /** The value that a row must have for each facet; empty for any value. */
  facets: Readonly<Record<string, string>>;
}

/** A value of a facet, and the number of rows that have it. */
export interface FacetOption {
  value: string;
  count: number;
}

/** The parameter of the address that contains the words. */
const WORDS_PARAMETER = "find";

/** Returns the text in lower case and without accents, for comparisons. */
export function normalized(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether a row passes the filter. */
export function matches(entry: Entry, filter: Filter): boolean {
  const text = normalized(entry.text);
  return (
    normalized(filter.words)
      .split(/\s+/)
      .every((word) => text.includes(word)) &&
    Object.entries(filter.facets).every(
      ([facet, value]) => value === "" || (entry.facets[facet] ?? []).includes(value),
    )
  );
}

/** Returns the values of a facet in the order in which they first occur, with their counts. */
export function facetOptions(entries: readonly Entry[], facet: string): FacetOption[] {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    for (const value of entry.facets[facet] ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({ value, count }));
}

/**
 * Reads a filter from the query of an address. Ignores unknown facets, and values that no row has.
 *
 * @param search - The query, for example `?find=lock&topic=threads`.
 * @param entries - The rows of the table.
 * @param facets - The names of the table's facets.
 */
export function readQuery(
  search: string,
  entries: readonly Entry[],
  facets: readonly string[],
): Filter {
  const query = new URLSearchParams(search);
  const valueOf = (facet: string): string =>
    facetOptions(entries, facet).find(({ value }) => value === query.get(facet))?.value ?? "";
  return {
    words: query.get(WORDS_PARAMETER) ?? "",
    facets: Object.fromEntries(facets.map((facet) => [facet, valueOf(facet)])),
  };
}

/** Returns the query with this filter, for `readQuery`. Other parameters of the query stay. */
export function writeQuery(search: string, filter: Filter): string {
  const query = new URLSearchParams(search);
  const parameters = { ...filter.facets, [WORDS_PARAMETER]: filter.words };
  for (const [name, value] of Object.entries(parameters)) {
    if (value.trim() === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
