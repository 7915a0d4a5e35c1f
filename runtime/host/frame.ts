/**
 * The script of the sandbox frame: an opaque origin (`sandbox="allow-scripts"`) without network. All
 * it does is start and end workers, which inherit its origin and its content security policy.
 */
import type { Assets, FrameCommand, FrameEvent } from "../protocol.ts";

let scriptUrl: string;
let assets: Assets;
let page: MessagePort;
let worker: Worker | undefined;

function spawn(port: MessagePort): void {
  worker?.terminate();
  worker = new Worker(scriptUrl);
  worker.onerror = (error) => {
    const event: FrameEvent = { type: "worker-error", message: error.message };
    page.postMessage(event);
  };
  worker.postMessage(assets, [port]);
}

addEventListener("message", ({ data, ports, source }: MessageEvent<FrameCommand>) => {
  if (source !== parent) return;
  switch (data.type) {
    case "boot":
      // A module worker from a blob URL is refused on an opaque origin; a classic one is not.
      scriptUrl = URL.createObjectURL(new Blob([data.script], { type: "text/javascript" }));
      assets = data.assets;
      page = ports[0]!;
      break;
    case "spawn":
      spawn(ports[0]!);
      break;
    case "terminate":
      worker?.terminate();
      worker = undefined;
  }
});
parent.postMessage("ready", "*");
