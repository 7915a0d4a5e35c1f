/**
 * Measures the loopback network of programs: a TCP echo of messages of 64 KiB and of 1 byte, with blocking
 * sockets in two threads and with asyncio's streams, alternately in the browsers and in this machine's
 * Python. Prints how many times as long a message takes in the browser, as the median of all rounds.
 *
 * Usage: node runtime/bench/network.ts [--rounds N] [--engine chromium|firefox]… [--profile]
 *
 * With `--profile`, also prints where a browser's Python spends its time, per message.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Engine } from "../harness/browsers.ts";
import { median } from "./median.ts";
import { Runner } from "../harness/runner.ts";

/** Defines functions that send this many messages of this size to an echo server and wait for each. */
const PROGRAM = `
import asyncio, socket, sys, threading
from time import perf_counter

def read_exactly(connection, size):
    left = size
    while left and (data := connection.recv(left)):
        left -= len(data)

def with_threads(size, count):
    def serve():
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(65_536):
                connection.sendall(data)
    message = bytes(size)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        with socket.create_connection(server.getsockname()) as client:
            begin = perf_counter()
            for _ in range(count):
                client.sendall(message)
                read_exactly(client, size)
            end = perf_counter()
        thread.join()
    return end - begin

def with_streams(size, count):
    async def serve(reader, writer):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()
    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        message = bytes(size)
        begin = perf_counter()
        for _ in range(count):
            writer.write(message)
            await writer.drain()
            await reader.readexactly(size)
        end = perf_counter()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return end - begin
    return asyncio.run(main())
`;

/** What is measured: a function of PROGRAM, the size of a message in bytes, and how many are sent. */
const CASES: [name: string, call: string, size: number, count: number][] = [
  ["two threads, 64 KiB", "with_threads", 65_536, 500],
  ["two threads, 1 byte", "with_threads", 1, 2000],
  ["asyncio streams, 64 KiB", "with_streams", 65_536, 300],
  ["asyncio streams, 1 byte", "with_streams", 1, 1000],
];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    engine: { type: "string", multiple: true, default: ["chromium", "firefox"] },
    profile: { type: "boolean", default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const file = join(folder, "echo.py");
const runners = new Map<string, Runner>();
for (const engine of values.engine) {
  runners.set(engine, await Runner.open({ engine: engine as Engine }));
}

async function runHere(engine: string, source: string): Promise<string> {
  const runner = runners.get(engine)!;
  const { stdout, stderr } = await runner.run({ source, filename: "echo.py" }, { seconds: 120 });
  if (stderr !== "") throw new Error(stderr);
  return stdout;
}

function runNative(source: string): string {
  writeFileSync(file, source);
  const { stdout, stderr } = spawnSync(".venv/bin/python", [file], { encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return stdout;
}

/** Prints the functions in which most time is spent, in µs per message. */
const PROFILE = (call: string, size: number, count: number) => `${PROGRAM}
import cProfile, pstats
profiler = cProfile.Profile()
profiler.enable()
${call}(${size}, ${count})
profiler.disable()
rows = pstats.Stats(profiler).get_stats_profile().func_profiles
for name, row in sorted(rows.items(), key=lambda pair: -pair[1].tottime)[:8]:
    print(f"      {row.tottime / ${count} * 1e6:8.1f} µs  {row.ncalls} calls  {name}")
`;

for (const [name, call, size, count] of CASES) {
  const times = new Map<string, number[]>();
  // One round warms up. Alternating spreads other load on the machine evenly over all.
  for (let round = -1; round < Number(values.rounds); round++) {
    const source = `${PROGRAM}print(${call}(${size}, ${count}) / ${count} * 1e6)`;
    for (const where of ["native", ...values.engine]) {
      const printed = where === "native" ? runNative(source) : await runHere(where, source);
      if (round >= 0) times.set(where, [...(times.get(where) ?? []), Number(printed)]);
    }
  }
  const native = median(times.get("native")!);
  console.log(`echo, ${name}: native ${native.toFixed(0)} µs per message`);
  for (const engine of values.engine) {
    const own = median(times.get(engine)!);
    const ratio = (own / native).toFixed(1);
    console.log(`  ${engine.padEnd(9)} ${ratio.padStart(6)} × native, ${own.toFixed(0)} µs`);
    if (values.profile) process.stdout.write(await runHere(engine, PROFILE(call, size, count)));
  }
}
rmSync(folder, { recursive: true });
for (const runner of runners.values()) await runner.close();
