/** What pointers and wheels do on the lanes of a timeline. */

export interface Answers {
  /** Of the width in view, for a place on the screen. */
  position: (x: number) => number;
  isWhole: () => boolean;
  zoom: (factor: number, at: number) => void;
  /** By a fraction of what is in view. */
  pan: (by: number) => void;
  hover: (x: number, y: number) => void;
  leave: () => void;
  /** Pressed and let go, without a move. */
  press: (x: number, y: number) => void;
}

/** A pointer that moves less, in px, does not drag. */
const STILL = 5;

export class Gestures {
  readonly #answers: Answers;
  readonly #area: HTMLElement;
  /** Where each pointer that is down was last. */
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #start = { x: 0, y: 0 };
  #moved = false;

  constructor(area: HTMLElement, signal: AbortSignal, answers: Answers) {
    this.#area = area;
    this.#answers = answers;
    const on = <Name extends "wheel" | (`pointer${string}` & keyof HTMLElementEventMap)>(
      name: Name,
      act: (event: HTMLElementEventMap[Name]) => void,
    ): void => area.addEventListener(name, act, { signal, passive: name !== "wheel" });
    on("wheel", (event) => this.#onWheel(event));
    on("pointerdown", (event) => this.#onDown(event));
    on("pointermove", (event) => this.#onMove(event));
    on("pointerup", (event) => this.#onUp(event));
    on("pointercancel", ({ pointerId }) => this.#pointers.delete(pointerId));
    on("pointerleave", () => answers.leave());
  }

  #onWheel(event: WheelEvent): void {
    const { zoom, pan, position, isWhole } = this.#answers;
    const { deltaX, deltaY, deltaMode } = event;
    const unit = deltaMode === 0 ? 1 : 30;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      // A pinch on a trackpad comes as small steps, a wheel as large ones.
      zoom(
        Math.exp(-Math.max(-60, Math.min(60, deltaY * unit)) / 100),
        clamp(position(event.clientX)),
      );
      return;
    }
    const sideways = event.shiftKey ? deltaX || deltaY : deltaX;
    if (isWhole() || Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(deltaY))) return;
    event.preventDefault();
    pan((sideways * unit) / 800);
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
      if (event.pointerType !== "touch") this.#answers.hover(x, y);
      return;
    }
    if (!this.#moved && Math.abs(x - this.#start.x) < STILL) return;
    this.#moved = true;
    this.#area.setPointerCapture(pointerId);
    const { position, pan, zoom, isWhole } = this.#answers;
    const other = [...this.#pointers].find(([id]) => id !== pointerId)?.[1];
    if (other) {
      const [far, was] = [Math.abs(x - other.x), Math.abs(before.x - other.x)];
      if (was > STILL && far > STILL) zoom(far / was, clamp(position((x + other.x) / 2)));
    } else if (!isWhole()) {
      pan(position(before.x) - position(x));
    }
    this.#pointers.set(pointerId, { x, y });
  }

  #onUp({ pointerId, clientX, clientY }: PointerEvent): void {
    if (!this.#pointers.delete(pointerId) || this.#moved) return;
    if (Math.abs(clientY - this.#start.y) < STILL) this.#answers.press(clientX, clientY);
  }
}

const clamp = (at: number): number => Math.min(1, Math.max(0, at));
