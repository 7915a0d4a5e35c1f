/** `<chess-exhibition>`: a table of numbers that, with scripts, becomes an exhibition to watch. */
import { PageElement, whenNear } from "../../../runtime/entry/for_elements.ts";

export class ChessExhibition extends PageElement {
  protected override start(signal: AbortSignal): void {
    // To draw the hall costs as much as a third of the page, so it waits until readers come near.
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
