/** The sandbox frame as the page sees it. */
import type { Assets, FrameCommand, FrameEvent } from "../protocol.ts";

/** The bundled ./frame.ts, put here by the build. */
declare const FRAME_SCRIPT: string;

const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; " +
  "worker-src blob:; connect-src 'none'";

const DOCUMENT =
  `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  `<title>Python sandbox</title><script>${FRAME_SCRIPT}</script>`;

export interface Sandbox {
  /** Ends the worker there is and starts a new one; returns the port to talk to it. */
  spawn(): MessagePort;
  /** Ends the worker there is, whatever it is doing. */
  terminate(): void;
}

/** Puts the frame into the page and hands it the runtime. Its buffers are gone afterwards. */
export async function openSandbox(
  script: string,
  assets: Assets,
  onWorkerError: (message: string) => void,
): Promise<Sandbox> {
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

  const send = (command: FrameCommand, transfer: Transferable[] = []) =>
    frame.contentWindow!.postMessage(command, "*", transfer);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<FrameEvent>) => onWorkerError(String(data.message));
  send({ type: "boot", script, assets }, [
    port2,
    assets.wasm,
    assets.stdlib,
    ...Object.values(assets.wheels),
  ]);
  return {
    spawn() {
      const channel = new MessageChannel();
      send({ type: "spawn" }, [channel.port2]);
      return channel.port1;
    },
    terminate: () => send({ type: "terminate" }),
  };
}
