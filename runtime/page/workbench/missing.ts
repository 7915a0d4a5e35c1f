/**
 * Says what to use instead of functions and modules that a browser lacks. The page loads this module together
 * with differences.ts. runtime/python/browser_runtime/missing.py finds out which function or module a program
 * has missed, and sorts functions into kinds such as "programs", for functions that start other programs.
 */

/** Why something does not work, and what to use. */
type Advice = readonly [because: string, instead: string];

/** A Python name, which may contain dots, or a kind. Programs can forge facts, so nothing else is shown. */
const NAME = /^[\w.-]{1,80}$/;

/** The advice for each kind of functions; see missing.py. */
const KINDS: Record<string, Advice> = {
  attributes: [
    "files in memory have no extended attributes",
    "keep such data in a file of its own instead",
  ],
  children: [
    "there are no processes of an operating system to wait for",
    "call the method join() of a multiprocessing.Process instead",
  ],
  "copied-processes": [
    "a running process cannot be copied here",
    "use multiprocessing.Process, which starts a new one",
  ],
  copies: ["there is no operating system to copy the data", "use shutil.copyfileobj() instead"],
  extensions: [
    "SQLite is built without extensions here",
    "use the method create_function() of the connection instead",
  ],
  "file-calls": [
    "files in memory have only the common functions",
    "use os.pread(), os.pwrite() and os.truncate() instead",
  ],
  hashes: [
    "Python is built without OpenSSL here",
    "use one of hashlib.algorithms_available instead, for example sha256",
  ],
  libraries: [
    "there are no libraries of an operating system to load",
    "use ctypes.CDLL(None) for functions of the C library",
  ],
  links: ["a file in memory has only one name", "use os.symlink() or shutil.copy() instead"],
  "memory-files": ["all files are in memory here anyway", "use tempfile.TemporaryFile() instead"],
  other: [
    "it needs the operating system",
    "to see what it does, download the program and run it on your own computer",
  ],
  pages: [
    "programs cannot open pages from here",
    "print the address instead, and open it yourself",
  ],
  "password-hashes": [
    "Python is built without OpenSSL here",
    "to hash passwords, download the program and run it on your own computer",
  ],
  pipes: [
    "there is no operating system that connects processes",
    "use queue.Queue between threads and multiprocessing.Pipe() between processes",
  ],
  priority: ["programs cannot influence how a browser schedules them", "leave this call out here"],
  "process-signals": [
    "there are no descriptors of processes",
    "use os.kill() with the number of the process instead",
  ],
  programs: [
    "no other programs can be started here",
    "use multiprocessing to run functions of Python in other processes",
  ],
  random: ["it belongs to Linux", "use os.urandom() instead"],
  reloads: [
    "it starts the program again as a process of an operating system",
    "keep debug=True, but add use_reloader=False",
  ],
  "shared-memory": [
    "processes share no memory here",
    "use Value and Array of multiprocessing, or send the data through a queue",
  ],
  signals: [
    "signals cannot be received in this way here",
    "set a handler with signal.signal(), and wait with signal.pause()",
  ],
  sockets: [
    "a socket cannot be passed to another process here",
    "create it in the process that uses it, and start a server without reload and workers",
  ],
  system: ["there is no operating system", "leave this call out here"],
  terminal: [
    "the output on this page is not a terminal that programs can control",
    "use input(), and print() with ANSI escape sequences",
  ],
  "terminal-size": [
    "the output on this page has no fixed size",
    "use shutil.get_terminal_size() instead, which assumes a size",
  ],
  "thread-time": [
    "a browser does not measure the processor time of a single thread",
    "use time.process_time() instead, which counts all threads",
  ],
  "time-zone": [
    "the time zone is that of your browser",
    "use zoneinfo.ZoneInfo for other time zones",
  ],
  timers: ["it belongs to Linux", "use signal.setitimer() or threading.Timer instead"],
  users: [
    "there are no users and groups here",
    "write the name or the number into the program instead",
  ],
};

const WINDOWS: Advice = ["it belongs to Windows", "leave the import out on other systems"];
const DESKTOP: Advice = [
  "programs have no windows here",
  "download the program and run it on your own computer",
];

/** The advice for modules, by their names. */
const MODULES: Record<string, Advice> = {
  _curses: KINDS["terminal"]!,
  curses: KINDS["terminal"]!,
  dbm: ["its libraries are not part of this Python", "use sqlite3 instead"],
  ensurepip: [
    "packages cannot be installed while a program runs",
    "declare libraries in the first lines of the program instead",
  ],
  grp: KINDS["users"]!,
  idlelib: DESKTOP,
  msvcrt: WINDOWS,
  nt: WINDOWS,
  pwd: KINDS["users"]!,
  readline: [
    "the page itself edits what you enter",
    "leave the import out, because input() works without it",
  ],
  resource: [
    "a browser does not report what a process uses",
    "use time.process_time() and tracemalloc instead",
  ],
  syslog: ["there is no log of an operating system", "use logging instead"],
  tkinter: DESKTOP,
  turtle: DESKTOP,
  turtledemo: DESKTOP,
  venv: [
    "packages cannot be installed while a program runs",
    "declare libraries in the first lines of the program instead",
  ],
  winreg: WINDOWS,
  winsound: WINDOWS,
};

/**
 * Returns the sentence about a function that does not work; undefined if the words are malformed.
 *
 * @param words - The function that the program calls, the kind of the function that does not work and, if
 *   that is another function, its name: `os.system programs`.
 * @param line - The line of the call; 0 if unknown.
 */
export function describeCall(words: string, line: number): string | undefined {
  const [call, kind, other, ...more] = parse(words);
  if (call === undefined || kind === undefined || more.length > 0) return undefined;
  const [because, instead] = Object.hasOwn(KINDS, kind) ? KINDS[kind]! : KINDS["other"]!;
  const failing = other === undefined ? " " : ` calls ${other}(), which `;
  return `${call}()${inLine(line)}${failing}does not work in a browser, because ${because}; ${instead}.`;
}

/**
 * Returns the sentence about a module that does not exist; undefined if the words are malformed.
 *
 * @param words - The module and, if the program does not import the module itself, the function that the
 *   program calls.
 * @param line - The line of the import or the call; 0 if unknown.
 */
export function describeModule(words: string, line: number): string | undefined {
  const [module, call, ...more] = parse(words);
  if (module === undefined || more.length > 0) return undefined;
  const advice = Object.hasOwn(MODULES, module) ? MODULES[module] : undefined;
  const why = advice ? `, because ${advice[0]}; ${advice[1]}.` : ".";
  const where = inLine(line);
  const imported = where === "" ? "" : `, imported${where},`;
  return call === undefined
    ? `The module ${module} of the standard library${imported} is not available in a browser${why}`
    : `${call}()${where} needs the module ${module}, which is not available in a browser${why}`;
}

function parse(words: string): string[] {
  const parts = words.split(" ");
  return parts.every((part) => NAME.test(part)) ? parts : [];
}

function inLine(line: number): string {
  return Number.isSafeInteger(line) && line > 0 ? ` in line ${String(line)}` : "";
}
