/** Runs programs in a browser, on a page without widgets, and collects their events. */
import type { Browser, Page } from "puppeteer-core";
import type { Host, Move, Outcome, Program, RunEvent } from "../host/types.ts";
import { launch, type Engine } from "./browsers.ts";
import { serve, type Intercept, type Server } from "./server.ts";
import type { LaunchOptions } from "puppeteer-core";

/** How long downloading the runtime and starting Python may take, even on a busy machine. */
const START_TIMEOUT_MS = 120_000;

/** How long events are collected in the page before they are sent to Node. */
const BATCH_MS = 50;

const PAGE =
  "<!doctype html><meta charset=utf-8><title>check</title><link rel=icon href=data:,><body>";

/** The globals that a `Runner` adds to its page. */
interface BarePage {
  host: Host;
  report(run: number, events: RunEvent[]): Promise<void>;
}

/** The events and the outcome of one run. */
export interface RunResult {
  stdout: string;
  stderr: string;
  /** All events in order, without `loading` events, and without trace events if `traces` is false. */
  events: RunEvent[];
  outcome: Outcome;
}

export interface Settings {
  engine?: Engine;
  /** The folder of the built runtime. */
  runtime?: string;
  /** The dependencies that the project declares for all programs. */
  dependencies?: readonly string[];
  launch?: LaunchOptions;
  /** Called with each request for a file of the runtime, before the server answers it. */
  intercept?: Intercept;
}

/** A browser with one page, whose host runs programs one after another. */
export class Runner {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #dependencies: readonly string[];
  readonly #listeners = new Map<number, (event: RunEvent) => void>();
  #runs = 0;

  private constructor(
    browser: Browser,
    server: Server,
    page: Page,
    dependencies: readonly string[],
  ) {
    this.#browser = browser;
    this.#server = server;
    this.page = page;
    this.#dependencies = dependencies;
  }

  static async open(settings: Settings = {}): Promise<Runner> {
    const browser = await launch(settings.engine, settings.launch);
    const { intercept = () => false } = settings;
    const server = await serve(settings.runtime ?? "build/runtime", (request, response) => {
      if (request.url !== "/") return intercept(request, response);
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE);
      return true;
    });
    const page = await browser.newPage();
    const runner = new Runner(browser, server, page, settings.dependencies ?? []);
    await page.exposeFunction("report", (run: number, events: RunEvent[]) =>
      events.forEach((event) => runner.#listeners.get(run)?.(event)),
    );
    await runner.reload();
    return runner;
  }

  /** Reloads the page, as on a second visit. */
  async reload(): Promise<void> {
    await this.page.goto(this.#server.url);
    await this.page.evaluate(async (dependencies) => {
      const { createHost } = await import("/harness.js" as string);
      const base = new URL("/", location.href);
      (window as unknown as BarePage).host = createHost({ base, dependencies });
    }, this.#dependencies);
  }

  /** Lets the host download the runtime and start Python, but does not wait until that is done. */
  async prepare(source?: string): Promise<void> {
    await this.page.evaluate(
      (source) => (window as unknown as BarePage).host.prepare(source),
      source,
    );
  }

  /** Runs a program, and returns its output, its events and its outcome. */
  async run(
    program: Omit<Program, "files">,
    {
      /** The program is stopped if it runs for longer than this, not counting the start of Python. */
      seconds = 20,
      /** Further modules: their content in base64, by relative path. */
      folder = {} as Record<string, string>,
      /** Called with each event that is added to `RunResult.events`. */
      listen = (_: RunEvent) => {},
      /** The program is stopped when it prints a text that contains this one to stdout; "" is ignored. */
      stopWhen = "",
      /** The program is stopped when Python reports this fact about it. */
      stopAt = "",
      /** Whether trace events are collected, which takes time. */
      traces = true,
      /** The lines of input. Without any, standard input is at its end. */
      answers = [] as string[],
      /** The program is paused when it prints a text that contains this one to stdout; "" is ignored. */
      pauseWhen = "",
      /** What to do at each pause, one after another. At further pauses, the program is resumed. */
      moves = [] as Move[],
      /** How long each pause lasts. */
      pauseMs = 0,
    } = {},
  ): Promise<RunResult> {
    const number = ++this.#runs;
    const events: RunEvent[] = [];
    this.#listeners.set(number, (reported) => {
      const isTrace = reported.type === "trace";
      const event = isTrace ? { ...reported, steps: Float64Array.from(reported.steps) } : reported;
      events.push(event);
      listen(event);
    });
    const outcome = await this.page.evaluate(
      async (program, folder, seconds, number, stop, answers, traces, pausing, limits) => {
        const interactive = answers.length > 0;
        const { host, report } = window as unknown as BarePage;
        const files = Object.fromEntries(
          Object.entries(folder).map(([name, content]) => [
            name,
            Uint8Array.from(atob(content), (character) => character.charCodeAt(0)),
          ]),
        );
        // Sending a message to Node is slow, so events are sent in batches.
        const batch: RunEvent[] = [];
        const flush = () => report(number, batch.splice(0));
        const reports = setInterval(() => batch.length > 0 && void flush(), limits.batchMs);
        const starting = setTimeout(() => run.stop(), limits.startMs);
        let running: ReturnType<typeof setTimeout> | undefined;
        const run = host.run({ ...program, files, interactive }, (event) => {
          if (event.type === "paused") {
            const move = pausing.moves.shift() ?? "resume";
            setTimeout(() => run.move(move), pausing.pauseMs);
          }
          if (event.type === "stdout" && pausing.when !== "" && event.text.includes(pausing.when))
            run.move("pause");
          if (event.type === "input") run.answer(answers.shift());
          if (event.type === "started") {
            clearTimeout(starting);
            running = setTimeout(() => run.stop(), seconds * 1000);
          }
          if (event.type === "trace" && !traces) return;
          // Only plain arrays can be passed out of the browser.
          if (event.type === "trace") batch.push({ ...event, steps: [...event.steps] as never });
          else if (event.type !== "loading") batch.push(event);
          if (event.type === "stdout" && stop.when !== "" && event.text.includes(stop.when))
            run.stop();
          if (event.type === "note" && event.fact === stop.at) run.stop();
        });
        const outcome = await run.outcome;
        clearTimeout(starting);
        clearTimeout(running);
        clearInterval(reports);
        await flush();
        return outcome;
      },
      program,
      folder,
      seconds,
      number,
      { when: stopWhen, at: stopAt },
      answers,
      traces,
      { when: pauseWhen, moves, pauseMs },
      { batchMs: BATCH_MS, startMs: START_TIMEOUT_MS },
    );
    this.#listeners.delete(number);
    const text = (type: "stdout" | "stderr") =>
      events.map((event) => (event.type === type ? event.text : "")).join("");
    return { stdout: text("stdout"), stderr: text("stderr"), events, outcome };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}
