/** The sandbox frame as the page sees it. */
import type { FrameCommand, FrameEvent } from "../protocol/page_worker.ts";

/** The bundled ./frame.ts, put here by the build. */
declare const FRAME_SCRIPT: string;

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; " +
  "worker-src blob:; connect-src 'none'";

const DOCUMENT =
  `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  `<title>Python sandbox</title><script>${FRAME_SCRIPT}</script>`;

/** Called with the number of a worker in which something broke outside of Python. */
type OnWorkerError = (worker: number, message: string) => void;

export class Sandbox {
  readonly #frame: Window;
  #spawned = 0;

  private constructor(frame: Window) {
    this.#frame = frame;
  }

  /** Puts the frame into the page. */
  static async open(onWorkerError: OnWorkerError): Promise<Sandbox> {
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    frame.hidden = true;
    frame.title = "Python sandbox";
    frame.srcdoc = DOCUMENT;
    const ready = new Promise<void>((resolve) => {
      addEventListener("message", function listen({ source }) {
        if (source !== frame.contentWindow) return;
        removeEventListener("message", listen);
        resolve();
      });
    });
    document.body.append(frame);
    await ready;

    const sandbox = new Sandbox(frame.contentWindow!);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<FrameEvent>) =>
      onWorkerError(Number(data.worker), String(data.message));
    sandbox.send({ type: "open" }, [port2]);
    return sandbox;
  }

  /** Buffers that are listed are gone afterwards. */
  send(command: FrameCommand, transfer: Transferable[] = []): void {
    this.#frame.postMessage(command, "*", transfer);
  }

  /** Starts a worker; returns its number and the port to talk to it. */
  spawn(warm: boolean): { worker: number; port: MessagePort } {
    const worker = ++this.#spawned;
    const channel = new MessageChannel();
    this.send({ type: "spawn", worker, warm }, [channel.port2]);
    return { worker, port: channel.port1 };
  }

  /** Ends a worker, whatever it is doing. */
  terminate(worker: number): void {
    this.send({ type: "terminate", worker });
  }
}
