/** The clock rate that the reader has chosen for the programs of a page; all menus on the page share it. */
import { element } from "../kit/dom.ts";
import { recall, remember } from "./tab_memory.ts";

interface Choice {
  /** The clock rate as in `RunOptions`: 1 is real time, and 0 is virtual time. */
  clockRate: number;
  /** The text in the menu. */
  label: string;
  /** How sentences about a run mention the clock rate; empty for real time. */
  description: string;
}

const CHOICES: readonly Choice[] = [
  { clockRate: 1, label: "Real time", description: "" },
  { clockRate: 10, label: "10 × faster", description: "10 × faster than real time" },
  {
    clockRate: 0,
    label: "Virtual time",
    description: "in virtual time, where waiting takes no time",
  },
];

const REAL_TIME = 1;

/** Says in words at which clock rate a program ran. The result is empty for real time. */
export function describeClockRate(clockRate: number): string {
  return CHOICES.find((choice) => choice.clockRate === clockRate)?.description ?? "";
}

/** The name of the event that `window` gets when the reader has chosen another clock rate. */
const CHANGED = "runnable:pace";

/** The key under which the choice for the page with this path is remembered. */
const storageKey = (path: string): string => `runnable:pace:${path}`;

/** Returns the remembered clock rate of a page, or else real time. */
function read(path: string): number {
  const clockRate = Number(recall(storageKey(path)));
  return CHOICES.some((choice) => choice.clockRate === clockRate) ? clockRate : REAL_TIME;
}

/** A menu in which readers choose the clock rate. All menus of a page show the same choice. */
export class ClockRateMenu {
  readonly element: HTMLSelectElement = element("select", "runnable-button runnable-pace");
  readonly #path = location.pathname;

  /**
   * @param title - Names the program or the programs that the menu belongs to.
   * @param signal - Ends the listening for choices in other menus when it is aborted.
   */
  constructor(title: string, signal: AbortSignal) {
    this.element.setAttribute("aria-label", `Clock for ${title}`);
    for (const { label, clockRate } of CHOICES) {
      this.element.append(new Option(label, String(clockRate)));
    }
    const show = (): void => void (this.element.value = String(read(this.#path)));
    show();
    this.element.addEventListener("change", () => {
      remember(storageKey(this.#path), this.element.value);
      window.dispatchEvent(new Event(CHANGED));
    });
    window.addEventListener(CHANGED, show, { signal });
  }

  get clockRate(): number {
    return Number(this.element.value);
  }
}
