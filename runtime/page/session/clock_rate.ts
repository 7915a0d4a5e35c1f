/** The reader's choice of a clock rate, which all widgets of a page share. */
import { element } from "../kit/dom.ts";

interface Choice {
  /** As in `Program`. */
  clockRate: number;
  /** In the menu. */
  label: string;
  /** Where it has to be said that time was not real. */
  said: string;
}

const CHOICES: readonly Choice[] = [
  { clockRate: 1, label: "Real time", said: "" },
  { clockRate: 10, label: "10 × faster", said: "10 × faster than real time" },
  { clockRate: 0, label: "Virtual time", said: "in virtual time, where waiting takes no time" },
];

/** Empty in real time. */
export function say(clockRate: number): string {
  return CHOICES.find((choice) => choice.clockRate === clockRate)?.said ?? "";
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
  const clockRate = kept === null ? chosen.get(path) : Number(kept);
  return CHOICES.some((choice) => choice.clockRate === clockRate) ? clockRate! : 1;
}

function write(path: string, clockRate: number): void {
  chosen.set(path, clockRate);
  try {
    sessionStorage.setItem(key(path), String(clockRate));
  } catch {
    // As above.
  }
}

/** A menu with the choice; `title` names the program that it belongs to. */
export class ClockRateMenu {
  readonly element: HTMLSelectElement = element("select", "runnable-button runnable-pace");
  readonly #path = location.pathname;

  constructor(title: string, signal: AbortSignal) {
    this.element.setAttribute("aria-label", `Clock for ${title}`);
    for (const { label, clockRate } of CHOICES)
      this.element.append(new Option(label, String(clockRate)));
    const show = (): void => void (this.element.value = String(read(this.#path)));
    show();
    this.element.addEventListener("change", () => {
      write(this.#path, Number(this.element.value));
      window.dispatchEvent(new Event(CHANGED));
    });
    window.addEventListener(CHANGED, show, { signal });
  }

  get clockRate(): number {
    return Number(this.element.value);
  }
}
