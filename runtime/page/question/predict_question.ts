/** `<predict-question>`: a list of answers that, with scripts, can be chosen and are judged by a run. */
import type { Ended } from "../workbench/runner.ts";
import { ENDED } from "../workbench/workbench.ts";

export class PredictQuestion extends HTMLElement {
  #close: (() => void) | undefined;

  connectedCallback(): void {
    if (this.#close) return;
    const end = new AbortController();
    this.#close = () => end.abort();
    const snippet = document.getElementById(this.dataset["for"] ?? "");
    const program = snippet?.closest<HTMLElement>(".predict-program");
    if (!snippet || !program) return;
    // Only pages that ask load it.
    import("./question.ts").then(
      ({ Question }) => {
        if (end.signal.aborted) return;
        const question = new Question(this, snippet, program);
        const onEnd = (event: Event): void => question.judge((event as CustomEvent<Ended>).detail);
        snippet.addEventListener(ENDED, onEnd, { signal: end.signal });
        end.signal.addEventListener("abort", () => question.close());
      },
      () => (program.dataset["told"] = ""), // no network: the list and the recording are there
    );
  }

  disconnectedCallback(): void {
    // An element that is only moved is back before this microtask.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#close?.();
      this.#close = undefined;
    });
  }
}
