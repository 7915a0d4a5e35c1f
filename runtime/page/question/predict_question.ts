/** `<predict-question>`: a list of answers, from which readers choose before they run a program. */
import { PageElement } from "../kit/page_element.ts";
import { RUN_ENDED, type EndedRun } from "../workbench/run_ended.ts";

export class PredictQuestion extends PageElement {
  protected override async start(signal: AbortSignal): Promise<void> {
    const snippet = document.getElementById(this.dataset["for"] ?? "");
    const program = snippet?.closest<HTMLElement>(".predict-program");
    if (!snippet || !program) return;
    // Only pages with a question load question.ts.
    const loaded = await import("./question.ts").catch(() => undefined);
    if (!loaded) {
      // Without that module, readers cannot choose an answer, so the recorded output is shown.
      program.dataset["told"] = "";
      return;
    }
    if (signal.aborted) return;
    const question = new loaded.Question(this, snippet, program);
    const onEnd = (event: Event): void => question.judge((event as CustomEvent<EndedRun>).detail);
    snippet.addEventListener(RUN_ENDED, onEnd, { signal });
    signal.addEventListener("abort", () => question.close());
  }
}
