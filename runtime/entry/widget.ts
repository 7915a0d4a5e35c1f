/**
 * The entry point of widget.js: defines the custom elements of the engine, and exports what a project needs
 * to define its own elements; see for_definitions.ts.
 */
import { TimelineCompare } from "../page/comparison/timeline_compare.ts";
import { PredictQuestion } from "../page/question/predict_question.ts";
import { ChoiceTableElement, DataTableElement } from "../page/tables/table_elements.ts";
import {
  openShareLinksNatively,
  RunnablePlayground,
} from "../page/workbench/playground_element.ts";
import { RunnableSnippet } from "../page/workbench/snippet.ts";

export * from "./for_definitions.ts";

// Instant navigation may run a page's scripts again; an element can be defined only once.
if (!customElements.get("runnable-snippet")) {
  customElements.define("runnable-snippet", RunnableSnippet);
  customElements.define("runnable-playground", RunnablePlayground);
  customElements.define("data-table", DataTableElement);
  customElements.define("choice-table", ChoiceTableElement);
  customElements.define("predict-question", PredictQuestion);
  customElements.define("timeline-compare", TimelineCompare);
  openShareLinksNatively();
}
