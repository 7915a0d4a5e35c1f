/**
 * The script of the sandbox frame: an opaque origin (`sandbox="allow-scripts"`) without network. All
 * it does is start and end workers, which inherit its origin and its content security policy.
 */
import type { Assets, FrameCommand, FrameEvent, Library, WorkerAssets } from "../protocol.ts";

let page: MessagePort;
const script = Promise.withResolvers<string>();
const wasm = Promise.withResolvers<WebAssembly.Module>();
const firstAssets = Promise.withResolvers<void>();
let assets: Assets;
const library = Promise.withResolvers<void>();
let stdlib: Library | undefined;
/** Undefined while they wait for their script. */
const workers = new Map<number, Worker | undefined>();
/** Those that have started without the library. */
const waiting = new Set<Worker>();

function tell(number: number, message: string): void {
  const event: FrameEvent = { type: "worker-error", worker: number, message };
  page.postMessage(event);
}

async function spawn(number: number, port: MessagePort): Promise<void> {
  workers.set(number, undefined);
  const address = await script.promise;
  if (!workers.has(number)) return;
  const worker = new Worker(address);
  workers.set(number, worker);
  worker.onerror = ({ message }) => tell(number, message);
  const [module] = await Promise.all([wasm.promise, firstAssets.promise]);
  if (!assets.snapshot) await library.promise;
  if (!workers.has(number)) return;
  const given: WorkerAssets = { ...assets, ...stdlib, wasm: module };
  if (!stdlib) waiting.add(worker);
  worker.postMessage(given, [port]);
}

function terminate(number: number): void {
  const worker = workers.get(number);
  workers.delete(number);
  if (!worker) return;
  worker.terminate();
  waiting.delete(worker);
}

addEventListener("message", ({ data, ports, source }: MessageEvent<FrameCommand>) => {
  if (source !== parent) return;
  switch (data.type) {
    case "open":
      page = ports[0]!;
      break;
    case "script":
      // A module worker from a blob URL is refused on an opaque origin; a classic one is not.
      script.resolve(URL.createObjectURL(new Blob([data.script], { type: "text/javascript" })));
      break;
    case "wasm":
      // Once for all workers.
      wasm.resolve(WebAssembly.compile(data.wasm));
      break;
    case "assets":
      assets = data.assets;
      firstAssets.resolve();
      break;
    case "library":
      for (const worker of waiting) worker.postMessage(data);
      if (!("stdlib" in data)) break;
      waiting.clear();
      stdlib = { stdlib: data.stdlib };
      library.resolve();
      break;
    case "spawn":
      spawn(data.worker, ports[0]!).catch((error: unknown) => tell(data.worker, String(error)));
      break;
    case "terminate":
      terminate(data.worker);
  }
});
parent.postMessage("ready", "*");
