/**
 * The script of the sandbox frame, which has an opaque origin and no network. It starts and ends
 * workers, which inherit both restrictions, and passes messages between the processes of a program.
 */
import { FrameController } from "./frame_controller.ts";

const controller = new FrameController({
  page: parent,
  createWorker: (address) => new Worker(address),
  compile: (wasm) => WebAssembly.compile(wasm),
});
addEventListener("message", (event) => controller.receive(event));
parent.postMessage("ready", "*");
