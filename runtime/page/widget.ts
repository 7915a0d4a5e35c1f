/** Entry of the page's bundle: defines the custom elements. */
import { ChessExhibition } from "./chess_exhibition.ts";
import { ChoiceTable } from "./choice_table.ts";
import { TimelineCompare } from "./compare.ts";
import { DataTable } from "./data_table.ts";
import { loadShareLinksPlainly, RunnablePlayground } from "./playground.ts";
import { PredictQuestion } from "./predict_question.ts";
import { RunnableSnippet } from "./snippet.ts";

// Instant navigation may run a page's scripts again; an element can be defined only once.
if (!customElements.get("runnable-snippet")) {
  customElements.define("runnable-snippet", RunnableSnippet);
  customElements.define("runnable-playground", RunnablePlayground);
  customElements.define("data-table", DataTable);
  customElements.define("choice-table", ChoiceTable);
  customElements.define("predict-question", PredictQuestion);
  customElements.define("timeline-compare", TimelineCompare);
  customElements.define("chess-exhibition", ChessExhibition);
  loadShareLinksPlainly();
}
