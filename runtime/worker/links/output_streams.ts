/** Passes the output of programs from the worker to the page. */
import type { PyodideAPI } from "pyodide";
import type { WorkerEvent } from "../../protocol/page_worker.ts";
import { MAX_CHARACTERS, OutputCap } from "./output_cap.ts";

type StreamName = "stdout" | "stderr";

/** Sends both streams of a run to the page as they are written, until the output cap is reached. */
export class OutputStreams {
  readonly #post: (event: WorkerEvent) => void;
  #run = 0;
  #cap = new OutputCap();
  #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  constructor(pyodide: PyodideAPI, post: (event: WorkerEvent) => void) {
    this.#post = post;
    for (const stream of ["stdout", "stderr"] as const) {
      const write = (bytes: Uint8Array): number => {
        this.write(stream, this.#decoders[stream].decode(bytes, { stream: true }));
        return bytes.length;
      };
      if (stream === "stdout") pyodide.setStdout({ write, isatty: false });
      else pyodide.setStderr({ write, isatty: false });
    }
  }

  /** Attributes all further output to a run, or drops it if the number of the run is 0. */
  assignTo(run: number): void {
    this.#run = run;
    this.#cap = new OutputCap();
    // The previous run may have ended in the middle of a character.
    this.#decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  }

  /** Sends text that this process, or a child process of the program, has printed. */
  write(stream: StreamName, written: string): void {
    if (this.#run === 0) return;
    const text = this.#cap.admit(written);
    for (let start = 0; start < text.length;) {
      // An event must not be longer than the page accepts, and must not divide a character.
      const end = characterBoundary(text, start + MAX_CHARACTERS);
      this.#post({ type: stream, run: this.#run, text: text.slice(start, end) });
      start = end;
    }
    if (this.#cap.justReached) {
      this.#post({ type: "capped", run: this.#run, lines: this.#cap.lines });
    }
  }
}

/** Returns the offset, or the one before if the offset is between the halves of a surrogate pair. */
function characterBoundary(text: string, offset: number): number {
  return offset < text.length && /^[\udc00-\udfff]/.test(text.slice(offset, offset + 1))
    ? offset - 1
    : offset;
}
