/** The search field and the filters of `<data-table>`. The table is complete without them. */
import { button, element, freshId, listAttribute } from "../kit/dom.ts";
import {
  facetOptions,
  matches,
  readQuery,
  writeQuery,
  type Entry,
  type Filter,
} from "./table_filter.ts";
import { addStyles } from "../kit/styles.ts";
import styles from "../styles/late/table_controls.css";

const EMPTY_FILTER: Filter = { words: "", facets: {} };

interface Row {
  element: HTMLTableRowElement;
  entry: Entry;
}

export class DataTable {
  readonly #rows: Row[];
  #words = element("input", "data-table__field");
  /** The menu of each facet, which is a property of the rows, such as their topic. */
  #menus = new Map<string, HTMLSelectElement>();
  #status = element("p", "data-table__status");

  /** Adds the controls to the element `<data-table>`, in which they stay when it leaves the page. */
  constructor(root: HTMLElement) {
    addStyles(styles);
    const facets = JSON.parse(root.dataset["facets"] ?? "{}") as Record<string, string>;
    this.#rows = [...root.querySelectorAll<HTMLTableRowElement>("tbody > tr")].map((row) => ({
      element: row,
      entry: entryOf(row, Object.keys(facets)),
    }));
    root.prepend(this.#createControls(facets));
    this.#setFilter(readQuery(location.search, this.#entries, [...this.#menus.keys()]));
    this.#apply();
    this.showTarget();
  }

  get #entries(): Entry[] {
    return this.#rows.map(({ entry }) => entry);
  }

  get #filter(): Filter {
    const facets = [...this.#menus].map(([facet, menu]) => [facet, menu.value] as const);
    return { words: this.#words.value, facets: Object.fromEntries(facets) };
  }

  #setFilter(filter: Filter): void {
    this.#words.value = filter.words;
    for (const [facet, menu] of this.#menus) menu.value = filter.facets[facet] ?? "";
  }

  #createControls(facets: Record<string, string>): HTMLElement {
    const controls = element("div", "data-table__controls");
    controls.role = "search";
    controls.ariaLabel = "This table";
    this.#words.type = "search";
    this.#words.addEventListener("input", () => this.#onChange());
    controls.append(labelled("Find", this.#words));
    for (const [facet, label] of Object.entries(facets)) {
      const menu = element("select", "data-table__field");
      menu.append(new Option("All", ""));
      for (const { value, count } of facetOptions(this.#entries, facet)) {
        menu.append(new Option(`${value} (${String(count)})`, value));
      }
      menu.addEventListener("change", () => this.#onChange());
      this.#menus.set(facet, menu);
      controls.append(labelled(label, menu));
    }
    const clear = button("Clear", () => {
      this.#setFilter(EMPTY_FILTER);
      this.#onChange();
      this.#words.focus();
    });
    this.#status.role = "status";
    controls.append(clear, this.#status);
    return controls;
  }

  #onChange(): void {
    this.#apply();
    const query = writeQuery(location.search, this.#filter);
    // The theme stores the scroll position in the state of the history entry, so this state is kept.
    history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
  }

  /** Hides the rows that do not pass the filter. */
  #apply(): void {
    const filter = this.#filter;
    let shown = 0;
    for (const { element: row, entry } of this.#rows) {
      row.hidden = !matches(entry, filter);
      if (!row.hidden) shown += 1;
    }
    this.#status.textContent = `${String(shown)} of ${String(this.#rows.length)} shown`;
  }

  /** Clears the filter if it hides the row that the address links to. */
  showTarget(): void {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = this.#rows.find(({ element: row }) => row.id === id)?.element;
    if (!target?.hidden) return;
    this.#setFilter(EMPTY_FILTER);
    this.#onChange();
    target.scrollIntoView();
  }
}

function entryOf(row: HTMLTableRowElement, facets: readonly string[]): Entry {
  const values = facets.map((facet) => [facet, listAttribute(row, facet)] as const);
  return { text: row.textContent, facets: Object.fromEntries(values) };
}

function labelled(text: string, field: HTMLInputElement | HTMLSelectElement): HTMLElement {
  field.id = freshId();
  const label = element("label", "data-table__label", text);
  label.htmlFor = field.id;
  return element("div", "data-table__control", label, field);
}
