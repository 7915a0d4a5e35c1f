/** The panel that shows the state of a paused program. Loaded when a program is paused. */
import type { RunEvent } from "../../host/types.ts";
import { element } from "../kit/dom.ts";
import { CodeExcerpt } from "../kit/code_excerpt.ts";
import { asPausedState, describeState, sections } from "./paused_state.ts";
import { patchChildren } from "../kit/patch_dom.ts";
import { addStyles } from "../kit/styles.ts";
import { part, Room } from "../timeline/player/parts.ts";
import player from "../styles/player.css";

export type PausedEvent = Extract<RunEvent, { type: "paused" }>;

export class PausedPanel {
  readonly element = element("div", "runnable-halt tl-player");
  readonly #description = element("p", "tl-player-told");
  readonly #excerpt: CodeExcerpt;
  readonly #parts = element("div", "tl-player-parts");
  readonly #rooms = [new Room(this.#description), new Room(this.#parts)];
  readonly #mark: (line: number) => void;

  /** `mark` marks a line of the program; 0 for none. */
  constructor(source: string, mark: (line: number) => void) {
    addStyles(player);
    this.#mark = mark;
    this.#excerpt = new CodeExcerpt(source);
    this.element.role = "group";
    this.element.ariaLabel = "The program is paused";
    this.#description.role = "status";
    this.element.append(this.#description, this.#excerpt.element, this.#parts);
  }

  show({ at, state }: PausedEvent): void {
    const paused = asPausedState(state);
    if (!paused) return;
    const { text, line } = describeState(paused, at);
    this.#description.textContent = text;
    this.#excerpt.show(line);
    patchChildren(this.#parts, sections(paused).map(part));
    for (const room of this.#rooms) room.keep();
    this.#mark(line);
  }

  close(): void {
    this.element.remove();
    this.#mark(0);
  }
}
