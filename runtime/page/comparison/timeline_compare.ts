/** `<timeline-compare>`: timelines of several programs on one time axis; see comparison.ts. */
import type { Compared, Comparison } from "./comparison.ts";
import { tabFor } from "../session/tab_state.ts";

export class TimelineCompare extends HTMLElement {
  #comparison: Comparison | undefined;
  #loading = false;

  connectedCallback(): void {
    if (!this.#comparison && !this.#loading) void this.#begin();
  }

  disconnectedCallback(): void {
    // An element that is only moved is back before this microtask.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#comparison?.close();
      this.#comparison = undefined;
    });
  }

  async #begin(): Promise<void> {
    const figure = this.querySelector<HTMLElement>(".runnable-timeline");
    const { runs, runtime } = this.dataset;
    if (!figure || runs === undefined) return;
    this.#loading = true;
    // Without it the figure stays as it is.
    const loaded = await import("./comparison.ts").catch(() => undefined);
    this.#loading = false;
    if (!loaded || !this.isConnected) return;
    this.#comparison = new loaded.Comparison({
      figure,
      programs: JSON.parse(runs) as Compared[],
      tab: tabFor(new URL(runtime ?? "runtime/", document.baseURI)),
    });
  }
}
