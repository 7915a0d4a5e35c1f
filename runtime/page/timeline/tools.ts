/** The buttons above a timeline, which are added to the page before the interactive timeline is loaded. */
import { button, element, enable } from "../kit/dom.ts";

export type Tool = "step" | "out" | "in" | "whole";

export interface Tools {
  element: HTMLElement;
  buttons: Record<Tool, HTMLButtonElement>;
}

/** Makes the buttons for a timeline whose whole run is in view. */
export function makeTools(press: (tool: Tool) => void): Tools {
  const make = (tool: Tool, text: string, name = ""): HTMLButtonElement => {
    const made = button(text, () => press(tool));
    // A button whose text is only a sign needs an accessible name.
    if (name !== "") made.ariaLabel = made.title = name;
    return made;
  };
  const buttons = {
    step: make("step", "Step through"),
    out: make("out", "−", "Zoom out"),
    in: make("in", "+", "Zoom in"),
    whole: make("whole", "Whole run"),
  };
  enable(buttons.out, false);
  enable(buttons.whole, false);
  const zoom = element("div", "", buttons.out, buttons.in, buttons.whole);
  zoom.role = "group";
  zoom.ariaLabel = "Zoom";
  return { element: element("div", "tl-tools", buttons.step, zoom), buttons };
}
