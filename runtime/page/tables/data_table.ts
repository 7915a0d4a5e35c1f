/** `<data-table>`: adds a search field and filters to a table that is complete without them. */
import { button, element, freshId, listAttribute } from "../kit/dom.ts";
import {
  matches,
  options,
  readQuery,
  writeQuery,
  type Entry,
  type Wanted,
} from "./table_filter.ts";

interface Row {
  element: HTMLTableRowElement;
  entry: Entry;
}

export class DataTable extends HTMLElement {
  #rows: Row[] = [];
  #words = element("input", "data-table__field");
  #choices = new Map<string, HTMLSelectElement>();
  #status = element("p", "data-table__status");
  #showTarget = (): void => this.#showWhatTheAddressNames();

  connectedCallback(): void {
    window.addEventListener("hashchange", this.#showTarget);
    if (this.#rows.length > 0) return;
    const facets = JSON.parse(this.dataset["facets"] ?? "{}") as Record<string, string>;
    this.#rows = [...this.querySelectorAll<HTMLTableRowElement>("tbody > tr")].map((row) => ({
      element: row,
      entry: {
        text: row.textContent,
        facets: Object.fromEntries(
          Object.keys(facets).map((facet) => [facet, listAttribute(row, facet)]),
        ),
      },
    }));
    this.prepend(this.#controls(facets));
    this.#set(readQuery(location.search, this.#entries(), [...this.#choices.keys()]));
    this.#apply();
    this.#showWhatTheAddressNames();
  }

  disconnectedCallback(): void {
    window.removeEventListener("hashchange", this.#showTarget);
  }

  #entries(): Entry[] {
    return this.#rows.map(({ entry }) => entry);
  }

  #controls(facets: Record<string, string>): HTMLElement {
    const controls = element("div", "data-table__controls");
    controls.role = "search";
    controls.ariaLabel = "This table";
    this.#words.type = "search";
    this.#words.addEventListener("input", () => this.#changed());
    controls.append(labelled("Find", this.#words));
    for (const [facet, label] of Object.entries(facets)) {
      const select = element("select", "data-table__field");
      select.append(new Option("All", ""));
      for (const { value, count } of options(this.#entries(), facet)) {
        select.append(new Option(`${value} (${String(count)})`, value));
      }
      select.addEventListener("change", () => this.#changed());
      this.#choices.set(facet, select);
      controls.append(labelled(label, select));
    }
    const clear = button("Clear", () => {
      this.#set({ words: "", facets: {} });
      this.#changed();
      this.#words.focus();
    });
    this.#status.role = "status";
    controls.append(clear, this.#status);
    return controls;
  }

  #wanted(): Wanted {
    const facets = [...this.#choices].map(([facet, select]) => [facet, select.value]);
    return { words: this.#words.value, facets: Object.fromEntries(facets) as Wanted["facets"] };
  }

  #set(wanted: Wanted): void {
    this.#words.value = wanted.words;
    for (const [facet, select] of this.#choices) select.value = wanted.facets[facet] ?? "";
  }

  #changed(): void {
    this.#apply();
    // The theme keeps where the reader has scrolled to in the state.
    const query = writeQuery(location.search, this.#wanted());
    history.replaceState(history.state, "", `${location.pathname}${query}${location.hash}`);
  }

  #apply(): void {
    const wanted = this.#wanted();
    let shown = 0;
    for (const { element: row, entry } of this.#rows) {
      row.hidden = !matches(entry, wanted);
      if (!row.hidden) shown += 1;
    }
    this.#status.textContent = `${String(shown)} of ${String(this.#rows.length)} shown`;
  }

  /** A link to a row that the filters hide leads nowhere: then they go. */
  #showWhatTheAddressNames(): void {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = this.#rows.find(({ element: row }) => row.id === id)?.element;
    if (!target?.hidden) return;
    this.#set({ words: "", facets: {} });
    this.#changed();
    target.scrollIntoView();
  }
}

function labelled(text: string, field: HTMLInputElement | HTMLSelectElement): HTMLElement {
  field.id = freshId();
  const label = element("label", "data-table__label", text);
  label.htmlFor = field.id;
  return element("div", "data-table__control", label, field);
}
