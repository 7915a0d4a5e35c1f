/** The menu in which readers choose at which places of a program the explorer may switch threads. */
import { element } from "../kit/dom.ts";
import { recall, remember } from "../session/tab_memory.ts";

/** The value of the menu if threads may switch between any two bytecodes. */
const EVERY_BYTECODE = "bytecodes";

/** The value of the menu if threads may switch only where CPython with a GIL can switch them. */
const DEFAULT = "gil";

/** The text in the menu for each value. It continues the label "Threads switch". */
const CHOICES: Record<string, string> = {
  [DEFAULT]: "at calls and loops, with a GIL",
  [EVERY_BYTECODE]: "between any two bytecodes",
};

export class SwitchMenu {
  readonly element: HTMLLabelElement;
  readonly #menu = element("select", "runnable-button runnable-pace");

  /** `name` is the name of the snippet. The tab remembers one choice for each snippet of a page. */
  constructor(name: string) {
    const key = `runnable:switches:${location.pathname}:${name}`;
    for (const [value, label] of Object.entries(CHOICES)) {
      this.#menu.append(new Option(label, value));
    }
    const remembered = recall(key) ?? "";
    this.#menu.value = remembered in CHOICES ? remembered : DEFAULT;
    this.#menu.addEventListener("change", () => {
      remember(key, this.#menu.value);
    });
    this.element = element("label", "runnable-orders-switches", "Threads switch ", this.#menu);
  }

  get everyBytecode(): boolean {
    return this.#menu.value === EVERY_BYTECODE;
  }
}
