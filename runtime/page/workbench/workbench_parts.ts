/**
 * The parts of a workbench that readers see before they do anything: the controls, the menu of clock rates
 * and the place for notices. The rest, in workbench.ts, is loaded later; see lazy_workbench.ts.
 */
import { stackSwitching } from "../../protocol/stack_switching.ts";
import { makeFocusable, type CodeLabels } from "../editor/static_code.ts";
import { element, freshId } from "../kit/dom.ts";
import { Notices } from "../kit/notices.ts";
import { ClockRateMenu } from "../session/clock_rate.ts";
import { Controls, CONTROLS, type Control } from "./controls.ts";

const KEYS =
  "Escape leaves the editor, Ctrl+Enter runs the code, Ctrl+] indents, Ctrl+[ dedents, Tab moves on.";
const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

export interface PartsOptions {
  /** The element `.runnable-code`. The controls are put after it. */
  code: HTMLElement;
  /** The name of the snippet, for example `tea/brewing`. */
  name: string;
  /** Whether there is a Share button. */
  shares: boolean;
  /** When it is aborted, the menu of clock rates no longer follows the menus of other widgets. */
  signal: AbortSignal;
  /** Called when the reader presses one of the buttons. */
  press: (control: Control) => void;
}

export class WorkbenchParts {
  readonly notices = new Notices();
  readonly controls: Controls;
  readonly clockRate: ClockRateMenu;
  /** Contains the controls, and the hint that explains the keys. */
  readonly bar: HTMLElement;
  /** How the code and its editor are described to readers who cannot see them. */
  readonly labels: CodeLabels;

  constructor({ code, name, shares, signal, press }: PartsOptions) {
    const hint = element("p", "runnable-hint", isMac() ? KEYS.replaceAll("Ctrl", "Cmd") : KEYS);
    hint.id = freshId();
    const isOffered = (control: Control): boolean => {
      if (control === "Pause" || control === "Step") return stackSwitching;
      return control !== "Share" || shares;
    };
    const actions: Partial<Record<Control, () => void>> = {};
    for (const control of CONTROLS) {
      if (isOffered(control)) actions[control] = () => press(control);
    }
    this.clockRate = new ClockRateMenu(`${name}.py`, signal);
    this.controls = new Controls(`${name}.py`, actions, this.clockRate.element);
    this.controls.showRunning(false);
    this.controls.enable("Reset", false);
    this.bar = element("div", "runnable-bar", this.controls.element, hint);
    this.labels = { label: `Code of ${name}.py, editable`, describedBy: hint.id };
    code.after(this.bar, this.notices.element);
    makeFocusable(code, this.labels);
  }

  remove(): void {
    this.bar.remove();
    this.notices.element.remove();
  }
}
