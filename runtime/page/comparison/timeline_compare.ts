/** `<timeline-compare>`: the timelines of several programs on one time axis; see comparison.ts. */
import { PageElement } from "../kit/page_element.ts";
import type { Compared } from "./program_runs.ts";

export class TimelineCompare extends PageElement {
  protected override async start(signal: AbortSignal): Promise<void> {
    const figure = this.querySelector<HTMLElement>(".runnable-timeline");
    const { runs } = this.dataset;
    if (!figure || runs === undefined) return;
    // If the module cannot be loaded, the static figure stays as it is.
    const loaded = await import("./comparison.ts").catch(() => undefined);
    if (!loaded || signal.aborted) return;
    const comparison = new loaded.Comparison({
      figure,
      programs: JSON.parse(runs) as Compared[],
      attributes: this.dataset,
    });
    signal.addEventListener("abort", () => comparison.close());
  }
}
