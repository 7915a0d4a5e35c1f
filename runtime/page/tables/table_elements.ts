/**
 * `<data-table>` and `<choice-table>`: tables that are complete without scripts. Only pages that have one of
 * them load its controls.
 */
import { PageElement } from "../kit/page_element.ts";
import type { DataTable } from "./data_table.ts";

export class DataTableElement extends PageElement {
  #table: DataTable | undefined;

  protected override async start(signal: AbortSignal): Promise<void> {
    // If the module cannot be loaded, readers have the whole table.
    const loaded = await import("./data_table.ts").catch(() => undefined);
    if (!loaded || signal.aborted) return;
    this.#table ??= new loaded.DataTable(this);
    window.addEventListener("hashchange", () => this.#table?.showTarget(), { signal });
  }
}

export class ChoiceTableElement extends PageElement {
  #hasQuestions = false;

  protected override async start(signal: AbortSignal): Promise<void> {
    const loaded = await import("./choice_table.ts").catch(() => undefined);
    if (!loaded || signal.aborted || this.#hasQuestions) return;
    this.#hasQuestions = true;
    new loaded.ChoiceTable(this);
  }
}
