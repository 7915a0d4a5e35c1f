/**
 * The controls of the explorer of interleavings, which readers see before they do anything. The rest of the
 * panel is in explorer_panel.ts.
 */
import { button, element, enable } from "../kit/dom.ts";
import { SwitchMenu } from "./switch_menu.ts";

export type ExplorerControl = "explore" | "random" | "choose" | "stop";

export class ExplorerControls {
  readonly element: HTMLElement;
  /** The progress of a run. Screen readers do not announce it, because it changes too often. */
  readonly progress = element("p", "runnable-orders-progress");
  readonly #parent: HTMLElement;
  readonly #switches: SwitchMenu;
  /** The buttons that start a run of the explorer. They are disabled during a run. */
  readonly #startButtons: readonly HTMLButtonElement[];
  readonly #stop: HTMLButtonElement;

  /**
   * @param parent - The element that the explorer fills.
   * @param name - The name of the snippet, for example `races/last_seat`.
   * @param press - Called when the reader presses one of the buttons.
   */
  constructor(parent: HTMLElement, name: string, press: (control: ExplorerControl) => void) {
    this.#parent = parent;
    this.#switches = new SwitchMenu(name);
    const explore = button("Explore interleavings", () => press("explore"));
    explore.classList.add("runnable-orders-try");
    this.#startButtons = [
      explore,
      button("Try random interleavings", () => press("random")),
      button("Choose the next step yourself", () => press("choose")),
    ];
    this.#stop = button("Stop", () => press("stop"));
    this.showRunning(false);
    this.element = element(
      "div",
      "runnable-orders-controls",
      element("div", "runnable-orders-mode", this.#switches.element, this.progress),
      ...this.#startButtons,
      this.#stop,
    );
    parent.setAttribute("role", "region");
    parent.setAttribute("aria-label", `Interleavings of ${name}.py`);
    parent.replaceChildren(this.element);
  }

  /** Whether the reader has chosen that threads may switch between any two bytecodes. */
  get everyBytecode(): boolean {
    return this.#switches.everyBytecode;
  }

  /** Enables either the buttons that start a run, or Stop. */
  showRunning(isRunning: boolean): void {
    for (const start of this.#startButtons) enable(start, !isRunning);
    enable(this.#stop, isRunning);
  }

  /** Empties the parent element, and removes the attributes that the constructor has set. */
  remove(): void {
    this.#parent.replaceChildren();
    this.#parent.removeAttribute("role");
    this.#parent.removeAttribute("aria-label");
  }
}
