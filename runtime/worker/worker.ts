/**
 * The entry of the web worker in which Python runs. It starts Python from the bytes in its first
 * message, and then runs programs, or one child process of a program. The worker has an opaque origin
 * and no network; see ../sandbox/frame.ts.
 */
// Before all modules that import Pyodide.
import "./startup/classic_worker.ts";
import { MAIN, type Request } from "../protocol/processes.ts";
import type {
  Command,
  Library,
  LibraryWanted,
  NoLibrary,
  WorkerAssets,
} from "../protocol/page_worker.ts";
import { stackSwitching } from "../protocol/stack_switching.ts";
import { type Archives, Interpreter, type Post } from "./interpreter.ts";
import { JavaScriptBoundary } from "./kernel/javascript_boundary.ts";
import { Kernel } from "./kernel/kernel.ts";
import { LateLibrary } from "./links/library.ts";
import { readOnce } from "./links/messages.ts";
import { PageLink } from "./links/page_link.ts";
import { ProcessLink } from "./links/process_link.ts";
import { RequestQueue } from "./links/request_queue.ts";
import { lockDown } from "./lockdown.ts";
import { boot } from "./startup/boot.ts";

/**
 * Starts Python and connects it to the page and the broker.
 *
 * @param post - sends an event to the page.
 * @param broker - the port to the broker.
 * @param requests - sends requests through this port.
 * @param pid - the number of this process; for a child 0, because it receives its number later.
 * @param assets - the files from which Python starts.
 * @param onCrash - called if the interpreter crashes while it runs a child process.
 */
async function start(
  post: Post,
  broker: MessagePort,
  requests: RequestQueue,
  pid: number,
  assets: WorkerAssets,
  onCrash: (error: unknown) => void,
): Promise<Interpreter> {
  const started = Promise.withResolvers<Interpreter>();
  const kernel = new Kernel();
  const link = new PageLink(post);
  const processes = new ProcessLink(broker, requests, pid, {
    start: (start) => void started.promise.then((python) => python.runChild(start)).catch(onCrash),
    interrupt: () => kernel.interrupt(),
    output: (stream, text) => void started.promise.then((python) => python.show(stream, text)),
    note: (fact, value, detail) => link.module.tell(fact, value, detail),
    trace: (trace) => link.trace(trace),
  });
  const boundary = new JavaScriptBoundary(kernel.dueSignal, kernel.clock);
  // Bound now, because `lockDown` deletes this function, so that programs cannot call it.
  const ask = self.postMessage.bind(self) as (wanted: LibraryWanted) => void;
  const library = new LateLibrary(() => ask({ type: "library-wanted" }));
  self.onmessage = (event: MessageEvent<Library | NoLibrary>) => library.receive(readOnce(event));
  const parts = { kernel, link, processes, boundary, library };
  const python = await boot(assets, parts);
  const version = String(python.pyodide.runPython("import sys; sys.version.split()[0]"));
  started.resolve(new Interpreter(python, parts, post));
  lockDown(self);
  boundary.arm();
  post({ type: "ready", version, jspi: stackSwitching, restored: assets.snapshot !== undefined });
  return started.promise;
}

/** Runs the programs that the page sends. */
async function serve(port: MessagePort, broker: MessagePort, assets: WorkerAssets): Promise<void> {
  // Bound now, because a program could later replace the method in the prototype of ports.
  const post: Post = port.postMessage.bind(port);
  // Exceptions of programs are reported by Python, so an error here means that Python is broken.
  const onCrash = (error: unknown) => post({ type: "crashed", message: String(error) });
  try {
    const archives: Archives = new Map();
    const starting = start(post, broker, new RequestQueue(broker), MAIN, assets, onCrash);
    let interpreter: Interpreter;
    port.onmessage = (event: MessageEvent<Command>) => {
      const data = readOnce(event);
      if (data.type === "packages") {
        for (const [name, archive] of Object.entries(data.packages)) archives.set(name, archive);
      } else if (data.type === "run") interpreter.run(data, archives).catch(onCrash);
      else if (data.type === "answer") interpreter.answer(data.run, data.text);
      else if (data.type === "interrupt") interpreter.interrupt(data.run);
      else interpreter.move(data.run, data.type);
    };
    interpreter = await starting;
  } catch (error) {
    onCrash(error);
  }
}

/** Runs a child process, whose events reach the page through the broker. */
function serveChild(broker: MessagePort, assets: WorkerAssets): void {
  const requests = new RequestQueue(broker);
  const send = (request: Request) => requests.send(request);
  const onCrash = (error: unknown) => requests.sendNow({ type: "crashed", message: String(error) });
  const post: Post = (event) => {
    if (event.type === "stdout" || event.type === "stderr") {
      send({ type: "output", stream: event.type, text: event.text });
    } else if (event.type === "note") {
      const { fact, value, detail } = event;
      send({ type: "note", fact, value, detail });
    } else if (event.type === "trace") {
      const { begun, origin, rows, steps } = event;
      send({ type: "trace", begun, origin, rows, steps });
    }
  };
  start(post, broker, requests, 0, assets, onCrash).catch(onCrash);
}

/**
 * The first message has two ports, to the page and to the broker; a child process gets only the one to
 * the broker.
 */
self.onmessage = ({ data, ports: [first, second] }: MessageEvent<WorkerAssets>) => {
  if (second) void serve(first!, second, data);
  else serveChild(first!, data);
};
