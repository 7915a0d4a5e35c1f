/** The toolbar of a widget: real buttons, in the order readers need them. */
import { button, element, enable } from "../kit/dom.ts";

export const CONTROLS = [
  "Run",
  "Stop",
  "Pause",
  "Step",
  "Reset",
  "Copy",
  "Download",
  "Share",
] as const;
export type Control = (typeof CONTROLS)[number];

export class Controls {
  readonly element: HTMLElement = element("div", "runnable-controls");
  readonly #buttons = new Map<Control, HTMLButtonElement>();

  /**
   * Makes a button for each action, in the fixed order; `title` names what they act on. The menu
   * stands behind those that start and end runs.
   */
  constructor(
    title: string,
    actions: Partial<Record<Control, () => void>>,
    menu?: HTMLSelectElement,
  ) {
    this.element.setAttribute("role", "toolbar");
    this.element.setAttribute("aria-label", `Controls for ${title}`);
    for (const name of CONTROLS) {
      const act = actions[name];
      if (!act) continue;
      const made = button(name, act);
      made.classList.add(`runnable-${name.toLowerCase()}`);
      this.#buttons.set(name, made);
      this.element.append(made);
    }
    const last = this.#buttons.get("Step") ?? this.#buttons.get("Stop");
    if (menu) last?.after(menu);
  }

  get(name: Control): HTMLButtonElement | undefined {
    return this.#buttons.get(name);
  }

  enable(name: Control, enabled: boolean): void {
    const found = this.#buttons.get(name);
    if (found) enable(found, enabled);
  }

  /** Pause is the way on while the program stands still. */
  showPaused(paused: boolean): void {
    const pause = this.#buttons.get("Pause");
    if (pause) pause.textContent = paused ? "Resume" : "Pause";
  }

  /** Run shows that it is running and can not be pressed; Stop can, as long as it is. */
  showRunning(running: boolean): void {
    this.enable("Run", !running);
    this.enable("Stop", running);
    this.enable("Pause", running);
    this.showPaused(false);
    this.#buttons.get("Run")?.classList.toggle("runnable-busy", running);
  }
}
