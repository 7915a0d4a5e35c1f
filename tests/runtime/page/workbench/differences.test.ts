import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeDifferences,
  describeServer,
  type Fact,
} from "../../../../runtime/page/workbench/differences.ts";

const fact = (name: string, value = 0, detail = ""): Fact => ({ fact: name, value, detail });

// A fact says how a run in the browser differed from a run on CPython.
test("each fact is explained in one line, and only once", () => {
  assert.deepEqual(
    describeDifferences([
      fact("took-turns", 3),
      fact("took-turns", 3),
      fact("clock-step", 0.09999999999976694),
    ]),
    [
      "3 threads alternated on one core, as they do under the GIL; CPython's free-threaded build would use several cores.",
      "This browser's clock advances in steps of 0.1 ms; anything shorter seems to take no time.",
    ],
  );
});

test("if the data of the time zones was missing, the reader is told how to declare tzdata", () => {
  const [line, ...more] = describeDifferences([fact("no-time-zones"), fact("no-time-zones")]);
  assert.match(
    line!,
    /declare tzdata in the first lines of the program: .*"# dependencies = \["tzdata"\]"/,
  );
  assert.deepEqual(more, []);
});

/** What a program missed, the fact that reports it, and the explanation. The fact's value is a line. */
const missed: [string, Fact, string][] = [
  [
    "a call",
    fact("no-call", 3, "subprocess.run programs"),
    "subprocess.run() in line 3 does not work in a browser, because no other programs can be started here; use multiprocessing to run functions of Python in other processes.",
  ],
  [
    "a call of another function that does not work",
    fact("no-call", 2, "asyncio.run programs asyncio.create_subprocess_exec"),
    "asyncio.run() in line 2 calls asyncio.create_subprocess_exec(), which does not work in a browser, because no other programs can be started here; use multiprocessing to run functions of Python in other processes.",
  ],
  [
    "a call of an unknown kind, as a newer runtime may report it",
    fact("no-call", 1, "s.listen constructor"),
    "s.listen() in line 1 does not work in a browser, because it needs the operating system; to see what it does, download the program and run it on your own computer.",
  ],
  [
    "a module",
    fact("no-module", 1, "tkinter"),
    "The module tkinter of the standard library, imported in line 1, is not available in a browser, because programs have no windows here; download the program and run it on your own computer.",
  ],
  [
    "a module that another one imports",
    fact("no-module", 4, "dbm shelve.open"),
    "shelve.open() in line 4 needs the module dbm, which is not available in a browser, because its libraries are not part of this Python; use sqlite3 instead.",
  ],
  [
    "a module without advice, in an unknown line",
    fact("no-module", -1, "test"),
    "The module test of the standard library is not available in a browser.",
  ],
];
for (const [name, posted, line] of missed) {
  test(`the note about ${name} says what is missing, and gives advice if there is any`, () =>
    assert.deepEqual(describeDifferences([posted]), [line]));
}

const networks: [string, Fact, string][] = [
  [
    "latency",
    fact("slow-network", 0.05),
    "The program's header asks for a slow network: everything that is sent takes 50 ms to arrive.",
  ],
  [
    "a latency with three digits",
    fact("slow-network", 0.125),
    "The program's header asks for a slow network: everything that is sent takes 125 ms to arrive.",
  ],
  [
    "bandwidth",
    fact("slow-network", 0, "125000"),
    "The program's header asks for a slow network: each connection carries 125,000 bytes per second.",
  ],
  [
    "both",
    fact("slow-network", 1.5, "9600"),
    "The program's header asks for a slow network: everything that is sent takes 1500 ms to arrive, and each connection carries 9,600 bytes per second.",
  ],
  [
    "an invalid option",
    fact("invalid-network"),
    "The network of this run has no delay, because the option network in the program's header is not valid. " +
      'It expects a latency in seconds, a bandwidth in bytes per second, or both: "# network = { latency = 0.05, bandwidth = 125_000 }".',
  ],
];
for (const [name, posted, line] of networks) {
  test(`the note about a slow network names ${name}`, () =>
    assert.deepEqual(describeDifferences([posted]), [line]));
}

test("at most three facts are explained", () => {
  const four = ["a", "b", "c", "d"].map((name) => fact("no-call", 0, `${name} other`));
  assert.equal(describeDifferences(four).length, 3);
});

const forged: [string, Fact][] = [
  ["an unknown fact", fact("buy-now")],
  ["a name from the prototype", fact("constructor")],
  ["a slow network without delays", fact("slow-network", 0, "0")],
  ["a bandwidth that is no number", fact("slow-network", 0, "<b>")],
  ["a value that is not a number", fact("took-turns", NaN)],
  [
    "a detail that is not a Python name",
    fact("no-call", 0, "Your password? Send it to evil.example"),
  ],
  ["a detail that is too long", fact("no-module", 0, "a".repeat(500))],
  ["a detail without a kind", fact("no-call", 0, "os.fork")],
  ["a detail with too many names", fact("no-call", 0, "call this number now")],
];
for (const [name, posted] of forged) {
  test(`${name} is ignored`, () => assert.deepEqual(describeDifferences([posted]), []));
}

test("a program that waits for clients is explained with the addresses of its servers", () => {
  const [line] = describeDifferences([fact("serves", 2, "127.0.0.1:8000 /home/reader/a.sock")]);
  assert.equal(
    line,
    "This program waits for a client at 127.0.0.1:8000 and /home/reader/a.sock. Only the program itself " +
      "can connect to it, because each run has a network of its own: let it start a thread or task that " +
      "connects, before the line that waits.",
  );
});

test("the last fact says whether the program still waits for clients", () => {
  const waits = fact("serves", 1, "127.0.0.1:8000");
  assert.equal(describeServer([]), undefined);
  assert.equal(describeServer([waits, fact("serves", 0)]), undefined);
  assert.match(describeServer([waits, fact("serves", 0), waits])!, /at 127\.0\.0\.1:8000\./);
});

test("a child process that waits for clients is explained while its parent waits for it", () => {
  const serves = fact("child-serves", 1, "127.0.0.1:8000");
  const joins = fact("joins-child", 1);
  for (const both of [
    [serves, joins],
    [joins, serves],
  ]) {
    assert.match(describeServer(both)!, /^This program waits for a client at 127\.0\.0\.1:8000\./);
    assert.equal(describeServer([...both, fact("joins-child", 0)]), undefined);
    assert.equal(describeServer([...both, fact("child-serves", 0)]), undefined);
  }
  assert.equal(describeServer([serves]), undefined);
  assert.equal(describeServer([joins]), undefined);
  assert.deepEqual(describeDifferences([serves, joins]).length, 1);
});

test("a forged address of a server is not shown", () => {
  const forged = "127.0.0.1:8000. Your password? Send it to evil.example";
  assert.match(describeServer([fact("serves", 1, forged)])!, /^This program waits for a client\. /);
});
