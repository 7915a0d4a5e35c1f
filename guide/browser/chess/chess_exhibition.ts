/** `<chess-exhibition>`: a table of numbers; with scripts, an exhibition that readers can watch. */
import { PageElement, whenNear } from "../../../runtime/entry/for_definitions.ts";

export class ChessExhibition extends PageElement {
  protected override start(signal: AbortSignal): void {
    // Building the hall took about a sixth of the processor time that the page needs while it loads, so it
    // is built when a reader comes near.
    whenNear(this, signal, () => void this.#open(signal));
  }

  async #open(signal: AbortSignal): Promise<void> {
    // Only pages that show an exhibition load this module; without it, the table stays as it is.
    const loaded = await import("./hall.ts").catch(() => undefined);
    if (!loaded || signal.aborted) return;
    const close = loaded.openHall(this);
    signal.addEventListener("abort", close);
  }
}
