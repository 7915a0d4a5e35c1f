/**
 * The page's side of the sandbox: the frame in which all workers live. The frame's `sandbox` attribute
 * gives it an origin of its own, and its content security policy cuts it off from the network; see
 * docs/contributing/threat-model.md.
 */
import type { FrameCommand, FrameEvent } from "../protocol/page_worker.ts";

/** The bundled sandbox/frame.ts, which the build inserts here. */
declare const FRAME_SCRIPT: string;

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; " +
  "worker-src blob:; connect-src 'none'";

/** What the page does when something happens in the sandbox. */
export interface SandboxHandlers {
  /** Called with the number of a worker that failed outside Python, and with the error message. */
  onWorkerError(worker: number, message: string): void;
  /** Called when a program needs the standard library, and the sandbox does not have it. */
  onLibraryWanted(): void;
}

/** The page's end of the channel to a worker. */
export type WorkerPort = Pick<MessagePort, "close" | "onmessage" | "postMessage">;

export interface Sandbox {
  /**
   * Posts a command to the frame. The objects in `transfer` are moved there, so the page cannot use them
   * afterwards.
   */
  send(command: FrameCommand, transfer?: Transferable[]): void;
  /**
   * Starts a worker, from the warm snapshot if `isWarm`. Returns the worker's number and the port for
   * talking to it.
   */
  spawn(isWarm: boolean): { worker: number; port: WorkerPort };
  /** Ends a worker immediately, even if it is busy. */
  terminate(worker: number): void;
}

class SandboxFrame implements Sandbox {
  readonly #frame: Pick<Window, "postMessage">;
  #spawned = 0;

  constructor(frame: Pick<Window, "postMessage">) {
    this.#frame = frame;
  }

  send(command: FrameCommand, transfer: Transferable[] = []): void {
    // The target must be "*", because the frame's origin is opaque.
    this.#frame.postMessage(command, "*", transfer);
  }

  spawn(isWarm: boolean): { worker: number; port: WorkerPort } {
    const worker = ++this.#spawned;
    const channel = new MessageChannel();
    this.send({ type: "spawn", worker, warm: isWarm }, [channel.port2]);
    return { worker, port: channel.port1 };
  }

  terminate(worker: number): void {
    this.send({ type: "terminate", worker });
  }
}

/**
 * Adds the frame to the page, and resolves when its script is running.
 *
 * @param handlers - called for the events of the frame.
 * @param window - the page's window.
 * @param script - the script of the frame.
 */
export async function openSandbox(
  handlers: SandboxHandlers,
  window: Pick<Window, "addEventListener" | "document" | "removeEventListener"> = globalThis.window,
  script = FRAME_SCRIPT,
): Promise<Sandbox> {
  const frame = window.document.createElement("iframe");
  frame.sandbox.add("allow-scripts");
  frame.hidden = true;
  frame.title = "Python sandbox";
  frame.srcdoc =
    `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
    `<title>Python sandbox</title><script>${script}</script>`;
  const ready = new Promise<void>((resolve) => {
    window.addEventListener("message", function listen({ source }) {
      if (source !== frame.contentWindow) return;
      window.removeEventListener("message", listen);
      resolve();
    });
  });
  window.document.body.append(frame);
  await ready;

  const sandbox = new SandboxFrame(frame.contentWindow!);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<FrameEvent>) => {
    if (data.type === "library-wanted") handlers.onLibraryWanted();
    else handlers.onWorkerError(Number(data.worker), String(data.message));
  };
  sandbox.send({ type: "open" }, [port2]);
  return sandbox;
}
