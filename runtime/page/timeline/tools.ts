/** The buttons above a timeline: there from the start, though what they act on comes when it is wanted. */
import { button, element, enable } from "../kit/dom.ts";

export type Tool = "step" | "out" | "in" | "whole";

export interface Tools {
  element: HTMLElement;
  buttons: Record<Tool, HTMLButtonElement>;
}

/** Of the whole run, as a timeline is at first. */
export function makeTools(press: (tool: Tool) => void): Tools {
  const make = (tool: Tool, text: string, name = ""): HTMLButtonElement => {
    const made = button(text, () => press(tool));
    // A sign needs a name.
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
