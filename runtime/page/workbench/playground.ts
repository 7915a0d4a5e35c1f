/** `<runnable-playground>`: an empty workbench that also opens the code in a share link. */
import { button, element } from "../kit/dom.ts";
import { PageElement } from "../kit/page_element.ts";
import type { Draft } from "../session/draft.ts";
import { codeInHash, DamagedLink, decode, type DamageReason } from "../session/share_link.ts";
import { tabFor, type Tab } from "../session/tab_state.ts";
import { Workbench } from "./workbench.ts";

const STARTER = `import asyncio


async def ask(station: str, seconds: float) -> str:
    print(f"{station}: asked")
    await asyncio.sleep(seconds)
    print(f"{station}: answered")
    return station


async def main() -> None:
    stations = await asyncio.gather(ask("Oslo", 1), ask("Cairo", 0.5))
    print("received:", ", ".join(stations))


asyncio.run(main())
`;

/** Where orders are tried, so many switches are forced at most, as on most pages. */
const BOUND = 2;

const DAMAGE: Record<DamageReason, string> = {
  base64: "it contains invalid characters",
  gzip: "part of it is missing or was changed",
  text: "its content is not text",
  size: "the program is larger than 1 MB",
};

export class RunnablePlayground extends PageElement {
  #workbench: Workbench | undefined;
  /** The packed code that is shown or about to be; "" for the reader's own program. */
  #code: string | undefined;

  protected override start(signal: AbortSignal): void {
    const follow = (): void => void this.#follow();
    window.addEventListener("hashchange", follow, { signal });
    window.addEventListener("popstate", follow, { signal });
    signal.addEventListener("abort", () => {
      this.#code = undefined;
      this.#workbench?.close();
      this.#workbench = undefined;
    });
    follow();
  }

  /** Shows what the address asks for. Addresses of other things on the page change nothing. */
  async #follow(): Promise<void> {
    const packed = codeInHash(location.hash);
    const wanted = packed ?? "";
    if (wanted === this.#code) return;
    if (packed === undefined && location.hash !== "" && this.#code !== undefined) return;
    this.#code = wanted;
    if (packed === undefined) {
      this.#showOwn();
      return;
    }
    try {
      const source = await decode(packed);
      if (this.#code === wanted) this.#showShared(source);
    } catch (error) {
      const why = error instanceof DamagedLink ? DAMAGE[error.reason] : "this browser is too old";
      if (this.#code !== wanted) return;
      const text = `The code in this link could not be opened: ${why}. Ask for the link again, or for the file.`;
      this.#showOwn(banner(text, "alert", "runnable-failure"));
    }
  }

  #showOwn(...above: HTMLElement[]): void {
    const draft = this.#tab().drafts.of("playground", STARTER);
    this.#build(draft, "the starter program", above);
  }

  #showShared(source: string): void {
    const draft = this.#tab().drafts.of("playground:shared", source);
    // Only the edit of the last link is kept; one that belongs to another link is not for this.
    if (draft.isOutdated) draft.reset();
    const note = banner("This code came with the link. Read it before you run it.", "note");
    const back = button("Back to my own program", () => {
      // Without the code in the address, so that reloading does not bring it back.
      history.replaceState(history.state, "", location.pathname + location.search);
      void this.#follow();
    });
    note.append(back);
    this.#build(draft, "the code from the link", [note]);
  }

  #tab(): Tab {
    return tabFor(new URL(this.dataset["runtime"] ?? "runtime/", document.baseURI));
  }

  #build(draft: Draft, resetTo: string, above: HTMLElement[]): void {
    this.#workbench?.stop();
    this.#workbench?.close();
    const head = element("div", "runnable-head", element("span", "runnable-file", "playground.py"));
    // As on other pages: to be read, and as high as it will be, before the editor is there.
    const code = element("div", "runnable-code highlight no-copy", plain(draft.source));
    const output = element(
      "div",
      "runnable-output",
      element("p", "runnable-origin", "Not run yet"),
    );
    output.setAttribute("role", "log");
    output.setAttribute("aria-label", "Output");
    const orders = element("div", "runnable-orders");
    this.replaceChildren(...above, head, code, output, orders);
    this.#workbench = new Workbench({
      root: this,
      head,
      code,
      output,
      orders,
      bound: BOUND,
      traced: true,
      tab: this.#tab(),
      draft,
      name: "playground",
      filename: "playground.py",
      shown: [],
      playground: new URL(location.pathname, document.baseURI),
      resetTo,
    });
    void this.#workbench.code.show();
  }
}

/**
 * Leaves clicks on share links to the browser. The theme's instant navigation replaces the hash of
 * the page it comes from after it has set the new one, and with it the code.
 */
export function loadShareLinksPlainly(): void {
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link && codeInHash(link.hash) !== undefined) event.stopPropagation();
  };
  window.addEventListener("click", onClick, { capture: true });
}

/** Code as pages have it, without colours. */
function plain(source: string): HTMLElement {
  const code = element("code", "");
  source.split(/(?<=\n)/).forEach((text, index) => {
    const line = element("span", "runnable-line", text.replace("\n", ""));
    line.dataset["line"] = String(index + 1);
    code.append(line, text.endsWith("\n") ? "\n" : "");
  });
  return element("pre", "", code);
}

function banner(text: string, role: "alert" | "note", className = ""): HTMLElement {
  const made = element("div", `runnable-banner ${className}`.trim(), element("span", "", text));
  made.setAttribute("role", role);
  return made;
}
