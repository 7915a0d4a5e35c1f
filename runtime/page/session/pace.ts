/** Which time a page's programs run in: the reader's choice, for all widgets of the page. */
import { element } from "../kit/dom.ts";

interface Choice {
  /** As in `Program`. */
  pace: number;
  /** In the menu. */
  label: string;
  /** Where it has to be said that time was not real. */
  said: string;
}

const CHOICES: readonly Choice[] = [
  { pace: 1, label: "Real time", said: "" },
  { pace: 10, label: "10 × faster", said: "10 × faster than real time" },
  { pace: 0, label: "Virtual time", said: "in virtual time, where waiting takes no time" },
];

/** Empty in real time. */
export function say(pace: number): string {
  return CHOICES.find((choice) => choice.pace === pace)?.said ?? "";
}

const CHANGED = "runnable:pace";

/** By path: the reader comes back to a page as it was left. */
const chosen = new Map<string, number>();

const key = (path: string): string => `runnable:pace:${path}`;

function read(path: string): number {
  let kept: string | null = null;
  try {
    kept = sessionStorage.getItem(key(path));
  } catch {
    // Without storage the choice lives as long as the document.
  }
  const pace = kept === null ? chosen.get(path) : Number(kept);
  return CHOICES.some((choice) => choice.pace === pace) ? pace! : 1;
}

function write(path: string, pace: number): void {
  chosen.set(path, pace);
  try {
    sessionStorage.setItem(key(path), String(pace));
  } catch {
    // As above.
  }
}

/** A menu with the choice; `title` names the program that it belongs to. */
export class PaceMenu {
  readonly element: HTMLSelectElement = element("select", "runnable-button runnable-pace");
  readonly #path = location.pathname;

  constructor(title: string, signal: AbortSignal) {
    this.element.setAttribute("aria-label", `Clock for ${title}`);
    for (const { label, pace } of CHOICES) this.element.append(new Option(label, String(pace)));
    const show = (): void => void (this.element.value = String(read(this.#path)));
    show();
    this.element.addEventListener("change", () => {
      write(this.#path, Number(this.element.value));
      window.dispatchEvent(new Event(CHANGED));
    });
    window.addEventListener(CHANGED, show, { signal });
  }

  get pace(): number {
    return Number(this.element.value);
  }
}
