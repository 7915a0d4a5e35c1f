/**
 * Recognises gestures with pointers and wheels on the rows of a timeline. Positions `x` and `y` are in px
 * from the top left corner of the window.
 */

export interface GestureHandlers {
  /** Converts a horizontal position to a fraction of the width in view: from 0, left, to 1, right. */
  position: (x: number) => number;
  /** Whether the whole run is in view, so that there is nothing to pan. */
  isWhole: () => boolean;
  /** Zooms by a factor around a fraction of the width in view. */
  zoom: (factor: number, at: number) => void;
  /** Pans by a fraction of the width in view. */
  pan: (by: number) => void;
  /** Called when a mouse or a pen moves over the rows without being pressed. */
  hover: (x: number, y: number) => void;
  /** Called when the pointer leaves the rows. */
  leave: () => void;
  /** Called when a pointer was pressed and released without a drag or a pinch. */
  press: (x: number, y: number) => void;
}

/** A pointer that moves sideways by less than this does not drag. */
const DRAG_THRESHOLD_PX = 5;

/** The same number as `WheelEvent.DOM_DELTA_PIXEL`. */
const DOM_DELTA_PIXEL = 0;

/** If a wheel reports lines or pages instead of pixels, each of them counts as this distance. */
const LINE_PX = 30;

/** A wheel that scrolls this far sideways pans by the whole width in view. */
const WHEEL_PAN_PX = 800;

/** A wheel that scrolls this far zooms by a factor of e, about 2.7. */
const WHEEL_ZOOM_PX = 100;

/** No more than this distance of a single wheel event counts for zooming. */
const MAX_WHEEL_ZOOM_PX = 60;

export class Gestures {
  readonly #handlers: GestureHandlers;
  readonly #area: HTMLElement;
  /** The last position of each pointer that is down. */
  readonly #pointers = new Map<number, { x: number; y: number }>();
  /** Where the first of the pointers that are down was pressed. */
  #start = { x: 0, y: 0 };
  /** Whether the gesture is a drag or a pinch, so that releasing the pointer is not a press. */
  #moved = false;

  constructor(area: HTMLElement, signal: AbortSignal, handlers: GestureHandlers) {
    this.#area = area;
    this.#handlers = handlers;
    const on = <Name extends "wheel" | (`pointer${string}` & keyof HTMLElementEventMap)>(
      name: Name,
      act: (event: HTMLElementEventMap[Name]) => void,
    ): void => area.addEventListener(name, act, { signal, passive: name !== "wheel" });
    on("wheel", (event) => this.#onWheel(event));
    on("pointerdown", (event) => this.#onDown(event));
    on("pointermove", (event) => this.#onMove(event));
    on("pointerup", (event) => this.#onUp(event));
    on("pointercancel", ({ pointerId }) => this.#pointers.delete(pointerId));
    on("pointerleave", () => handlers.leave());
  }

  #onWheel(event: WheelEvent): void {
    const { zoom, pan, position, isWhole } = this.#handlers;
    const { deltaX, deltaY, deltaMode } = event;
    const unit = deltaMode === DOM_DELTA_PIXEL ? 1 : LINE_PX;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      // Browsers report a pinch on a touchpad as many small wheel events. A single step of a mouse wheel
      // is much larger, and would zoom far too much without the limit.
      const by = Math.max(-MAX_WHEEL_ZOOM_PX, Math.min(MAX_WHEEL_ZOOM_PX, deltaY * unit));
      zoom(Math.exp(-by / WHEEL_ZOOM_PX), clamp(position(event.clientX)));
      return;
    }
    const sideways = event.shiftKey ? deltaX || deltaY : deltaX;
    // A wheel that turns mainly up or down scrolls the page, unless Shift is pressed.
    if (isWhole() || Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(deltaY))) return;
    event.preventDefault();
    pan((sideways * unit) / WHEEL_PAN_PX);
  }

  #onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { pointerId, clientX: x, clientY: y } = event;
    if (this.#pointers.size === 0) {
      this.#moved = false;
      this.#start = { x, y };
    } else {
      this.#moved = true;
    }
    this.#pointers.set(pointerId, { x, y });
  }

  #onMove(event: PointerEvent): void {
    const { pointerId, clientX: x, clientY: y } = event;
    const before = this.#pointers.get(pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.#handlers.hover(x, y);
      return;
    }
    if (!this.#moved && Math.abs(x - this.#start.x) < DRAG_THRESHOLD_PX) return;
    this.#moved = true;
    this.#area.setPointerCapture(pointerId);
    const { position, pan, zoom, isWhole } = this.#handlers;
    const other = [...this.#pointers].find(([id]) => id !== pointerId)?.[1];
    if (other) {
      const distance = Math.abs(x - other.x);
      const lastDistance = Math.abs(before.x - other.x);
      if (Math.min(distance, lastDistance) > DRAG_THRESHOLD_PX) {
        zoom(distance / lastDistance, clamp(position((x + other.x) / 2)));
      }
    } else if (!isWhole()) {
      pan(position(before.x) - position(x));
    }
    this.#pointers.set(pointerId, { x, y });
  }

  #onUp({ pointerId, clientX, clientY }: PointerEvent): void {
    if (!this.#pointers.delete(pointerId) || this.#moved) return;
    if (Math.abs(clientY - this.#start.y) >= DRAG_THRESHOLD_PX) return;
    this.#handlers.press(clientX, clientY);
  }
}

const clamp = (at: number): number => Math.min(1, Math.max(0, at));
