/** The content of `<runnable-playground>`: a workbench for the reader's own program or for the code in a share link. */
import { button, element } from "../kit/dom.ts";
import { runtimeFolder } from "../session/arrival.ts";
import { codeInHash } from "../session/code_in_hash.ts";
import type { DamageReason } from "../session/share_link.ts";
import { browserStorage, readEdit } from "../session/stored_edit.ts";
import { LazyWorkbench } from "./lazy_workbench.ts";

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

/** The most forced switches per interleaving that the explorer tries, as on most pages. */
const MAX_FORCED_SWITCHES = 2;

/**
 * Events that show that a reader is there. The press of a pointer is not one of them, because the editor
 * must not replace the code between a press and the click that follows.
 */
const SIGNS_OF_A_READER = ["pointermove", "keydown", "scroll"];

/** How the error message for a damaged link gives the reason. */
const DAMAGE: Record<DamageReason, string> = {
  base64: "it contains invalid characters",
  gzip: "part of it is missing or was changed",
  text: "its content is not text",
  size: "the program is larger than 1 MB",
};

/** What a playground shows. */
interface Shown {
  /** The name of the draft. */
  draft: string;
  source: string;
  /** What happens to an edit of another source in this draft; see `WorkbenchOptions`. */
  outdated: "keep" | "reset";
  /** How the notice after Reset names what Reset has restored. */
  resetTo: string;
  /** Elements to show above the workbench. */
  above: HTMLElement[];
}

export class Playground {
  readonly #root: HTMLElement;
  readonly #signal: AbortSignal;
  #workbench: LazyWorkbench | undefined;
  /** Aborted when the workbench is replaced, or leaves the page. */
  #left = new AbortController();
  /**
   * The encoded code of the link that was opened last, even if it could not be decoded; "" for the
   * reader's own program, undefined at first.
   */
  #code: string | undefined;

  /** Fills the element `root` until `signal` is aborted. */
  constructor(root: HTMLElement, signal: AbortSignal) {
    this.#root = root;
    this.#signal = signal;
    const showLinked = (): void => void this.#showLinked();
    window.addEventListener("hashchange", showLinked, { signal });
    window.addEventListener("popstate", showLinked, { signal });
    signal.addEventListener("abort", () => {
      this.#left.abort();
      this.#workbench?.close();
      this.#workbench = undefined;
    });
    showLinked();
  }

  /**
   * Shows the code that the hash of the address contains, or else the reader's own program. If the hash is
   * that of a heading on the page, nothing changes, unless the playground is still empty.
   */
  async #showLinked(): Promise<void> {
    const encoded = codeInHash(location.hash);
    const wanted = encoded ?? "";
    if (wanted === this.#code) return;
    if (encoded === undefined && location.hash !== "" && this.#code !== undefined) return;
    this.#code = wanted;
    if (encoded === undefined) {
      this.#showOwn();
      return;
    }
    // Only links with code need this module.
    const sharing = await import("../session/share_link.ts").catch(() => undefined);
    if (this.#code !== wanted || this.#signal.aborted) return;
    if (!sharing) {
      const text = "The code in this link could not be opened. Check your network connection.";
      const failure = banner(text, "alert", "runnable-failure");
      failure.append(button("Retry", () => location.reload()));
      this.#showOwn(failure);
      return;
    }
    try {
      const source = await sharing.decode(encoded);
      if (this.#code === wanted && !this.#signal.aborted) this.#showShared(source);
    } catch (error) {
      const reason =
        error instanceof sharing.DamagedLink ? DAMAGE[error.reason] : "this browser is too old";
      if (this.#code !== wanted || this.#signal.aborted) return;
      const text = `The code in this link could not be opened: ${reason}. Ask for the link again, or for the file.`;
      this.#showOwn(banner(text, "alert", "runnable-failure"));
    }
  }

  #showOwn(...above: HTMLElement[]): void {
    this.#open({
      draft: "playground",
      source: STARTER,
      outdated: "keep",
      resetTo: "the starter program",
      above,
    });
  }

  #showShared(source: string): void {
    const note = banner("This code came with the link. Read it before you run it.", "note");
    const back = button("Back to my own program", () => {
      // Remove the code from the address, so that reloading the page does not show it again.
      history.replaceState(history.state, "", location.pathname + location.search);
      void this.#showLinked();
    });
    note.append(back);
    this.#open({
      draft: "playground:shared",
      source,
      // All links share one draft, which may still hold the edits of another link.
      outdated: "reset",
      resetTo: "the code from the link",
      above: [note],
    });
  }

  /** Opens a workbench in place of the present one. */
  #open({ draft, source, outdated, resetTo, above }: Shown): void {
    this.#left.abort();
    this.#left = new AbortController();
    this.#workbench?.stop();
    this.#workbench?.close();
    const site = runtimeFolder(this.#root.dataset).pathname;
    const edited = outdated === "keep" ? readEdit(browserStorage(), site, draft) : undefined;
    const head = element("div", "runnable-head", element("span", "runnable-file", "playground.py"));
    // As on other pages, readers see the code before the editor is loaded, and the editor does not change
    // its height.
    const code = element(
      "div",
      "runnable-code highlight no-copy",
      staticCode(edited?.source ?? source),
    );
    const output = element(
      "div",
      "runnable-output",
      element("p", "runnable-origin", "Not run yet"),
    );
    output.setAttribute("role", "log");
    output.setAttribute("aria-label", "Output");
    const explorer = element("div", "runnable-orders");
    this.#root.replaceChildren(...above, head, code, output, explorer);
    this.#workbench = new LazyWorkbench({
      root: this.#root,
      head,
      code,
      output,
      explorer,
      bound: MAX_FORCED_SWITCHES,
      traced: true,
      name: "playground",
      draft,
      source,
      outdated,
      filename: "playground.py",
      lines: "",
      playground: new URL(location.pathname, document.baseURI),
      resetTo,
    });
    // Readers study shared code before they run it, so the editor, which shows it in colours, opens
    // immediately.
    if (source !== STARTER) this.#workbench.showEditor();
    else this.#showEditorOnArrival(this.#workbench);
  }

  /** Opens the editor at the first sign of a reader, because opening it earlier would delay the page. */
  #showEditorOnArrival(workbench: LazyWorkbench): void {
    const arrived = new AbortController();
    const show = (): void => {
      arrived.abort();
      workbench.showEditor();
    };
    const options = { passive: true, signal: AbortSignal.any([arrived.signal, this.#left.signal]) };
    for (const type of SIGNS_OF_A_READER) window.addEventListener(type, show, options);
  }
}

/** Makes the same elements as the static pages have, but without colours. */
function staticCode(source: string): HTMLElement {
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
