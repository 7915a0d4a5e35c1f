/** Entry of the guide's own script: defines its custom elements beside those of the engine. */
import { ChessExhibition } from "./chess/chess_exhibition.ts";

// Instant navigation may run a page's scripts again; an element can be defined only once.
if (!customElements.get("chess-exhibition")) {
  customElements.define("chess-exhibition", ChessExhibition);
}
