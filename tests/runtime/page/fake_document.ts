/**
 * A document for tests, with just enough of the DOM for elements that scripts build and patch.
 *
 * It lays nothing out: every element in the document is 1,000 px wide. Animation frames run only when a
 * test calls `nextFrame`, and observers never call back.
 */
type Child = FakeNode | string;

class FakeNode extends EventTarget {
  parentNode: FakeElement | null = null;

  get textContent(): string {
    return "";
  }

  get nextSibling(): FakeNode | null {
    const siblings = this.parentNode?.childNodes;
    return siblings?.[siblings.indexOf(this) + 1] ?? null;
  }

  get isConnected(): boolean {
    return page.body.contains(this);
  }

  remove(): void {
    const siblings = this.parentNode?.childNodes;
    siblings?.splice(siblings.indexOf(this), 1);
    this.parentNode = null;
    if (page.activeElement && !page.activeElement.isConnected) page.activeElement = page.body;
  }
}

class FakeText extends FakeNode {
  data: string;

  constructor(data: string) {
    super();
    this.data = data;
  }

  override get textContent(): string {
    return this.data;
  }
}

export class FakeElement extends FakeNode {
  readonly tag: string;
  readonly namespaceURI: string;
  readonly attributes = new Map<string, string>();
  readonly childNodes: FakeNode[] = [];
  readonly dataset: Record<string, string> = {};
  readonly style: Record<string, unknown> = { setProperty: () => undefined };
  hidden = false;
  open = false;
  scrollTop = 0;
  // The fixed sizes of every element, in px.
  readonly clientWidth = 1000;
  readonly clientHeight = 200;
  readonly offsetHeight = 20;

  constructor(tag: string, namespaceURI = "") {
    super();
    this.tag = tag;
    this.namespaceURI = namespaceURI;
  }

  get offsetWidth(): number {
    return this.isConnected ? this.clientWidth : 0;
  }

  get firstChild(): FakeNode | null {
    return this.childNodes[0] ?? null;
  }

  get children(): FakeElement[] {
    return this.childNodes.filter((node) => node instanceof FakeElement);
  }

  get className(): string {
    return this.attributes.get("class") ?? "";
  }

  set className(value: string) {
    this.attributes.set("class", value);
  }

  get classList(): Pick<DOMTokenList, "add" | "remove" | "contains"> {
    const names = (): string[] => this.className.split(" ").filter((name) => name !== "");
    const write = (changed: string[]): void => void (this.className = changed.join(" "));
    return {
      add: (...added) => write([...new Set([...names(), ...added])]),
      remove: (...removed) => write(names().filter((name) => !removed.includes(name))),
      contains: (name) => names().includes(name),
    };
  }

  override get textContent(): string {
    return this.childNodes.map((node) => node.textContent).join("");
  }

  override set textContent(text: string) {
    this.replaceChildren(...(text === "" ? [] : [text]));
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  hasChildNodes(): boolean {
    return this.childNodes.length > 0;
  }

  contains(node: FakeNode | null): boolean {
    for (let at = node; at; at = at.parentNode) if (at === this) return true;
    return false;
  }

  append(...children: Child[]): void {
    for (const child of children) this.insertBefore(child, null);
  }

  insertBefore(child: Child, next: FakeNode | null): void {
    const node = typeof child === "string" ? new FakeText(child) : child;
    node.remove();
    const index = next ? this.childNodes.indexOf(next) : this.childNodes.length;
    this.childNodes.splice(index, 0, node);
    node.parentNode = this;
  }

  before(...children: Child[]): void {
    for (const child of children) this.parentNode?.insertBefore(child, this);
  }

  after(...children: Child[]): void {
    const next = this.nextSibling;
    for (const child of children) this.parentNode?.insertBefore(child, next);
  }

  replaceChildren(...children: Child[]): void {
    for (const node of [...this.childNodes]) node.remove();
    this.append(...children);
  }

  /** All elements below this one, in the order of the document. */
  descendants(): FakeElement[] {
    return this.children.flatMap((child) => [child, ...child.descendants()]);
  }

  /** Finds the first element below this one with a `.class`, an `[attribute]` or a tag. */
  querySelector(selector: string): FakeElement | null {
    const name = selector.replace(/^[.[]|\]$/g, "");
    const matches = (node: FakeElement): boolean => {
      if (selector.startsWith(".")) return node.classList.contains(name);
      return selector.startsWith("[") ? node.attributes.has(name) : node.tag === name;
    };
    return this.descendants().find(matches) ?? null;
  }

  getBoundingClientRect(): Pick<DOMRect, "left" | "right" | "top" | "height"> {
    return { left: 0, right: this.clientWidth, top: 0, height: this.offsetHeight };
  }

  focus(): void {
    page.activeElement = this;
    this.fire("focusin");
  }

  scrollIntoView(): void {
    // Nothing is laid out, so nothing scrolls.
  }

  /** Dispatches an event with these fields at this element, and then at each element around it. */
  fire(type: string, fields: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), fields));
    this.parentNode?.fire(type, fields);
  }
}

const page = {
  body: new FakeElement("body"),
  activeElement: null as FakeElement | null,
  createElement: (tag: string) => new FakeElement(tag),
  createElementNS: (namespace: string, tag: string) => new FakeElement(tag, namespace),
  createTextNode: (data: string) => new FakeText(data),
};

let frames: FrameRequestCallback[] = [];

class FakeObserver {
  observe(): void {
    // Sizes and positions never change here, so there is nothing to report.
  }

  disconnect(): void {
    // Nothing was observed.
  }
}

/** Makes an empty document, its classes and the functions for animation frames global. */
export function installDocument(): typeof page {
  page.body = new FakeElement("body");
  page.activeElement = page.body;
  frames = [];
  return Object.assign(globalThis, {
    document: page,
    Text: FakeText,
    ResizeObserver: FakeObserver,
    IntersectionObserver: FakeObserver,
    // Timelines ask for --tl-name, the width of the names; 136 px is its value in timeline.css.
    getComputedStyle: () => ({ getPropertyValue: () => "136px" }),
    matchMedia: () => ({ matches: false }),
    requestAnimationFrame: (callback: FrameRequestCallback) => frames.push(callback),
    cancelAnimationFrame: () => void (frames = []),
  }).document;
}

/** Calls the functions that have requested an animation frame, and returns how many there were. */
export function nextFrame(): number {
  const requested = frames;
  frames = [];
  for (const callback of requested) callback(performance.now());
  return requested.length;
}
