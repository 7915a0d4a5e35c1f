/**
 * The entry point of widget.js: defines the custom elements of the engine, and exports what the elements
 * of a project may use.
 */
import { ChoiceTable } from "../page/tables/choice_table.ts";
import { TimelineCompare } from "../page/comparison/timeline_compare.ts";
import { DataTable } from "../page/tables/data_table.ts";
import { openShareLinksNatively, RunnablePlayground } from "../page/workbench/playground.ts";
import { PredictQuestion } from "../page/question/predict_question.ts";
import { RunnableSnippet } from "../page/workbench/snippet.ts";

export * from "./for_elements.ts";

// Instant navigation may run a page's scripts again; an element can be defined only once.
if (!customElements.get("runnable-snippet")) {
  customElements.define("runnable-snippet", RunnableSnippet);
  customElements.define("runnable-playground", RunnablePlayground);
  customElements.define("data-table", DataTable);
  customElements.define("choice-table", ChoiceTable);
  customElements.define("predict-question", PredictQuestion);
  customElements.define("timeline-compare", TimelineCompare);
  openShareLinksNatively();
}
