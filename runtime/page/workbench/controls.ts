/** The toolbar of a widget, with its buttons in the order in which readers need them. */
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
   * Makes a button for each action.
   *
   * @param title - Names the program in the accessible name of the toolbar.
   * @param actions - What each button does. A control without an action has no button.
   * @param menu - A menu to put after the buttons that control runs.
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

  enable(name: Control, isEnabled: boolean): void {
    const found = this.#buttons.get(name);
    if (found) enable(found, isEnabled);
  }

  /** Turns the Pause button into a Resume button while the program is paused. */
  showPaused(isPaused: boolean): void {
    const pause = this.#buttons.get("Pause");
    if (pause) pause.textContent = isPaused ? "Resume" : "Pause";
  }

  /**
   * Enables either Run, or Stop and Pause, and gives Pause its label back. Step is always enabled, because it
   * can also start a run.
   */
  showRunning(isRunning: boolean): void {
    this.enable("Run", !isRunning);
    this.enable("Stop", isRunning);
    this.enable("Pause", isRunning);
    this.showPaused(false);
    this.#buttons.get("Run")?.classList.toggle("runnable-busy", isRunning);
  }
}
