/** The entry point of guide.js: defines the custom elements that the guide adds to those of the engine. */
import { ChessExhibition } from "./chess/chess_exhibition.ts";

// Instant navigation may run a page's scripts again; an element can be defined only once.
if (!customElements.get("chess-exhibition")) {
  customElements.define("chess-exhibition", ChessExhibition);
}
