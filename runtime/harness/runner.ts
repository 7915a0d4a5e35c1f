/** Runs programs in the browser runtime on a bare page, and collects what they do. */
import type { Browser, Page } from "puppeteer-core";
import type { Host, Move, Outcome, Program, RunEvent } from "../host/types.ts";
import { launch, type Engine } from "./browsers.ts";
import { serve, type Intercept, type Server } from "./server.ts";
import type { LaunchOptions } from "puppeteer-core";

const PAGE =
  "<!doctype html><meta charset=utf-8><title>check</title><link rel=icon href=data:,><body>";

/** What `page.evaluate` sees in the browser. */
interface BarePage {
  host: Host;
  report(run: number, events: RunEvent[]): Promise<void>;
}

export interface Ran {
  stdout: string;
  stderr: string;
  /** Every event but the loading progress, in order. */
  events: RunEvent[];
  outcome: Outcome;
}

export interface Settings {
  engine?: Engine;
  /** The folder that `make build` makes. */
  runtime?: string;
  launch?: LaunchOptions;
  /** Sees every request for a file of the runtime first. */
  intercept?: Intercept;
}

/** A browser with one page, in which programs run one after the other in the same interpreter. */
export class Runner {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #listeners = new Map<number, (event: RunEvent) => void>();
  #runs = 0;

  private constructor(browser: Browser, server: Server, page: Page) {
    this.#browser = browser;
    this.#server = server;
    this.page = page;
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
    const runner = new Runner(browser, server, page);
    await page.exposeFunction("report", (run: number, events: RunEvent[]) =>
      events.forEach((event) => runner.#listeners.get(run)?.(event)),
    );
    await runner.reload();
    return runner;
  }

  /** Opens the page anew, as at a further visit. */
  async reload(): Promise<void> {
    await this.page.goto(this.#server.url);
    await this.page.evaluate(async () => {
      const { createHost } = await import("/harness.js" as string);
      (window as unknown as BarePage).host = createHost({ base: new URL("/", location.href) });
    });
  }

  /** Fetches the runtime and starts Python, without a program. */
  async prepare(source?: string): Promise<void> {
    await this.page.evaluate(
      (source) => (window as unknown as BarePage).host.prepare(source),
      source,
    );
  }

  /**
   * Runs a program; it is stopped when it has not ended so many seconds after its start.
   * Further modules are given as base64, by relative path.
   */
  async run(
    program: Omit<Program, "files">,
    {
      seconds = 20,
      folder = {} as Record<string, string>,
      listen = (_: RunEvent) => {},
      /** Stop is pressed as soon as stdout contains this. */
      stopWhen = "",
      /** Whether what it tells of its timeline is among the events, which takes time of its own. */
      traces = true,
      /** What is typed when the program asks; with none, its standard input is at its end. */
      answers = [] as string[],
      /** It is paused as soon as stdout contains this. */
      pauseWhen = "",
      /** It is paused as soon as it has been given to Python. */
      pauseAtStart = false,
      /** What is done when it stands still, each time the next; at last it is to go on. */
      moves = [] as Move[],
      /** How long it stands still each time, in ms. */
      still = 0,
    } = {},
  ): Promise<Ran> {
    const number = ++this.#runs;
    const events: RunEvent[] = [];
    this.#listeners.set(number, (told) => {
      const isTrace = told.type === "trace";
      const event = isTrace ? { ...told, steps: Float64Array.from(told.steps) } : told;
      events.push(event);
      listen(event);
    });
    const outcome = await this.page.evaluate(
      async (program, folder, seconds, number, stopWhen, answers, traces, pausing) => {
        const interactive = answers.length > 0;
        const { host, report } = window as unknown as BarePage;
        const files = Object.fromEntries(
          Object.entries(folder).map(([name, content]) => [
            name,
            Uint8Array.from(atob(content), (character) => character.charCodeAt(0)),
          ]),
        );
        // Each report is a trip out of the browser: they go in bundles, or a flood would stall here.
        const bundle: RunEvent[] = [];
        const flush = () => report(number, bundle.splice(0));
        const reports = setInterval(() => bundle.length > 0 && void flush(), 50);
        const starting = setTimeout(() => run.stop(), 120_000);
        let running: ReturnType<typeof setTimeout> | undefined;
        const run = host.run({ ...program, files, interactive }, (event) => {
          if (event.type === "paused") {
            const how = pausing.moves.shift() ?? "resume";
            setTimeout(() => run.move(how), pausing.still);
          }
          if (event.type === "stdout" && pausing.when !== "" && event.text.includes(pausing.when))
            run.move("pause");
          if (event.type === "input") run.answer(answers.shift());
          if (event.type === "started" && pausing.atStart) run.move("pause");
          if (event.type === "started") running = setTimeout(() => run.stop(), seconds * 1000);
          // Numbers get out of the browser as a list only.
          if (event.type === "trace" && !traces) return;
          if (event.type === "trace") bundle.push({ ...event, steps: [...event.steps] as never });
          else if (event.type !== "loading") bundle.push(event);
          if (event.type === "stdout" && stopWhen !== "" && event.text.includes(stopWhen))
            run.stop();
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
      stopWhen,
      answers,
      traces,
      { when: pauseWhen, atStart: pauseAtStart, moves, still },
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
