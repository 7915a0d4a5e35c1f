/**
 * Measures how many times faster a pool of two processes is than a single process at four calls that only
 * compute, alternately in the browsers and in this machine's Python. Prints the factors of all rounds and
 * their medians, and how the medians compare with that of this machine's Python.
 *
 * Usage: node runtime/bench/processes.ts [--rounds N]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./median.ts";
import { Runner } from "../harness/runner.ts";

/** The program starts to measure after the pool has started, because most pools are used for long. */
const PROGRAM = `
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

def burn(n):
    total = 0
    for i in range(n):
        total += i * i
    return total

if __name__ == "__main__":
    n = 1
    begin = perf_counter()
    while perf_counter() - begin < 0.5:  # the same duration on each platform
        n *= 2
        begin = perf_counter()
        burn(n)
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(burn, [1_000_000] * 2))
        begin = perf_counter()
        alone = [burn(n) for _ in range(4)]
        serial = perf_counter() - begin
        begin = perf_counter()
        together = list(pool.map(burn, [n] * 4))
        parallel = perf_counter() - begin
    assert alone == together
    print(serial / parallel)
`;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });

// Child processes import the program, so it has to be a file.
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const file = join(folder, "pool.py");
writeFileSync(file, PROGRAM);

const gains: Record<string, number[]> = { native: [], chromium: [], firefox: [] };
for (let round = 0; round < Number(values.rounds); round++) {
  const native = spawnSync(".venv/bin/python", [file], { encoding: "utf8" });
  gains["native"]!.push(Number(native.stdout));
  for (const engine of ["chromium", "firefox"] as const) {
    const runner = await Runner.open({ engine });
    const { stdout, stderr } = await runner.run(
      { source: PROGRAM, filename: "pool.py" },
      { seconds: 120 },
    );
    await runner.close();
    if (stderr !== "") throw new Error(stderr);
    gains[engine]!.push(Number(stdout));
  }
}
rmSync(folder, { recursive: true });
for (const [where, figures] of Object.entries(gains)) {
  const share = (median(figures) / median(gains["native"]!)).toFixed(2);
  const all = figures.map((figure) => figure.toFixed(2)).join(", ");
  console.log(
    `${where.padEnd(9)} ${median(figures).toFixed(2)} times (${share} of native): ${all}`,
  );
}
