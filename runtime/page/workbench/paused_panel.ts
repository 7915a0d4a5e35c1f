/** Shows the state of a paused program. The page loads this module when a program is first paused. */
import type { RunEvent } from "../../host/types.ts";
import { element } from "../kit/dom.ts";
import { CodeExcerpt } from "../kit/code_excerpt.ts";
import { asPausedState, describeState, sections } from "./paused_state.ts";
import { patchChildren } from "../kit/patch_dom.ts";
import { addStyles } from "../kit/styles.ts";
import { ReservedHeight } from "../timeline/player/reserved_height.ts";
import { sectionList } from "../timeline/player/section_list.ts";
import player from "../styles/late/player.css";

export type PausedEvent = Extract<RunEvent, { type: "paused" }>;

export class PausedPanel {
  readonly element = element("div", "runnable-halt tl-player");
  readonly #description = element("p", "tl-player-told");
  readonly #excerpt: CodeExcerpt;
  readonly #parts = element("div", "tl-player-parts");
  readonly #reserved = [new ReservedHeight(this.#description), new ReservedHeight(this.#parts)];
  readonly #mark: (line: number) => void;

  /** `mark` highlights a line of the program; 0 removes the highlight. */
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
    patchChildren(this.#parts, sections(paused).map(sectionList));
    for (const reserved of this.#reserved) reserved.update();
    this.#mark(line);
  }

  close(): void {
    this.element.remove();
    this.#mark(0);
  }
}
