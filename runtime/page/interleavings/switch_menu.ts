/** The menu in which readers choose at which places of a program the explorer may switch threads. */
import { element } from "../kit/dom.ts";

/** The value of the menu if threads may switch between any two bytecodes. */
const EVERY_BYTECODE = "bytecodes";

/** Value → text in the menu, which continues the label "Threads switch". */
const CHOICES: Record<string, string> = {
  gil: "at calls and loops, with a GIL",
  [EVERY_BYTECODE]: "between any two bytecodes",
};

/** The choices by key, for browsers without storage. They live as long as the document. */
const chosenByKey = new Map<string, string>();

function read(key: string): string {
  let stored: string | null = null;
  try {
    stored = sessionStorage.getItem(key);
  } catch {
    // Without storage, the choice is in `chosenByKey`.
  }
  const value = stored ?? chosenByKey.get(key) ?? "";
  return value in CHOICES ? value : "gil";
}

function write(key: string, value: string): void {
  chosenByKey.set(key, value);
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Without storage, `chosenByKey` keeps the choice.
  }
}

export class SwitchMenu {
  readonly element: HTMLLabelElement;
  readonly #menu = element("select", "runnable-button runnable-pace");

  /** `name` is the name of the snippet. The tab remembers one choice for each snippet of a page. */
  constructor(name: string) {
    const key = `runnable:switches:${location.pathname}:${name}`;
    for (const [value, label] of Object.entries(CHOICES)) {
      this.#menu.append(new Option(label, value));
    }
    this.#menu.value = read(key);
    this.#menu.addEventListener("change", () => {
      write(key, this.#menu.value);
    });
    this.element = element("label", "runnable-orders-switches", "Threads switch ", this.#menu);
  }

  get everyBytecode(): boolean {
    return this.#menu.value === EVERY_BYTECODE;
  }
}
