import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Clock } from "../../../../runtime/worker/kernel/clock.ts";
import { JavaScriptBoundary } from "../../../../runtime/worker/kernel/javascript_boundary.ts";

type Import = (...args: unknown[]) => unknown;

/** The simplest form of the functions that Pyodide's WebAssembly imports and the boundary wraps. */
const imports = () => ({
  JsProxy_GetAttr_js: (object: Record<string, unknown>, key: string) => object[key],
  JsProxy_SetAttr_js: () => 0,
  JsProxy_DelAttr_js: () => 0,
  JsProxy_subscript_js: () => 0,
  JsProxy_Dir_js: () => [],
  JsvFunction_CallBound: (call: Import, owner: unknown, args: unknown[]) => call.apply(owner, args),
  _Py_CheckEmscriptenSignals_Helper: () => 0,
  clock_time_get: () => 0,
  clock_res_get: () => 0,
  JsvFunction_Construct: (make: new () => unknown) => new make(),
  syncifyHandler: () => {
    throw new Error("cannot be suspended");
  },
  Jsv_GetError_import: () => "error",
});

/** A boundary at which the signal 26 is always pending. */
const makeBoundary = () => new JavaScriptBoundary(() => 26, new Clock());

describe("the boundary to JavaScript", () => {
  // Stands for an object of the runtime.
  const kernel = { gate: () => ({ promise: 1 }), interval: 5 };
  let boundary: JavaScriptBoundary;
  let env: Record<string, Import>;
  beforeEach(async () => {
    boundary = makeBoundary();
    env = imports() as unknown as Record<string, Import>;
    env = await instrumented(boundary, env);
    boundary.trust(kernel);
    boundary.arm();
  });

  test("lets Python use the runtime's objects and the objects that their methods return", () => {
    const gate = env["JsvFunction_CallBound"]!(kernel.gate, kernel, []);
    assert.equal(env["JsProxy_GetAttr_js"]!(gate, "promise"), 1);
    env["JsProxy_SetAttr_js"]!(kernel, "interval", 1);
    assert.equal(boundary.hasBeenCrossed, false);
  });

  test("answers when Python asks for a pending signal", () => {
    assert.equal(env["_Py_CheckEmscriptenSignals_Helper"]!(), 26);
    assert.equal(boundary.hasBeenCrossed, false);
  });

  test("reports by a return value, not by an exception, that Python cannot be suspended", () => {
    assert.equal(env["syncifyHandler"]!(null, Promise.resolve()), "error");
    assert.equal(boundary.hasBeenCrossed, false);
  });

  // In each case, the program uses an object that the boundary does not trust. It trusts objects of the
  // runtime and the results of their methods, but not the methods themselves.
  const uses: [string, () => unknown][] = [
    ["reads an attribute", () => env["JsProxy_GetAttr_js"]!(globalThis, "Object")],
    ["sets an attribute", () => env["JsProxy_SetAttr_js"]!({}, "x", 1)],
    [
      "calls a function without an owner",
      () => env["JsvFunction_CallBound"]!(() => 1, undefined, []),
    ],
    ["constructs an object", () => env["JsvFunction_Construct"]!(Map, [])],
    [
      "reads an attribute of a method of the runtime",
      () => env["JsProxy_GetAttr_js"]!(kernel.gate, "constructor"),
    ],
  ];
  for (const [name, use] of uses) {
    test(`detects a program that ${name}`, () => {
      use();
      assert.equal(boundary.hasBeenCrossed, true);
    });
  }

  test("ignores what Python does before the boundary is armed", async () => {
    const unarmed = makeBoundary();
    const { JsProxy_GetAttr_js: read } = await instrumented(unarmed, imports() as never);
    read!(globalThis, "Object");
    assert.equal(unarmed.hasBeenCrossed, false);
  });
});

test("an error lists all functions that a new version of Pyodide no longer imports", async () => {
  const { JsProxy_Dir_js: _, Jsv_GetError_import: __, ...fewer } = imports();
  await assert.rejects(
    instrumented(makeBoundary(), fewer as never),
    /does not import JsProxy_Dir_js, Jsv_GetError_import\. .*internals\.ts/,
  );
});

/** Returns the imports that a WebAssembly module gets when the boundary instruments it. */
async function instrumented(boundary: JavaScriptBoundary, env: Record<string, Import>) {
  const { instantiate } = WebAssembly;
  let seen = env;
  const fake = async (_: unknown, given: { env: typeof env }) => {
    seen = given.env;
    return { instance: { exports: {} } };
  };
  try {
    Object.assign(WebAssembly, { instantiate: fake });
    await boundary.instrument(
      async () => void (await WebAssembly.instantiate(new Uint8Array(), { env })),
    );
    assert.equal(WebAssembly.instantiate, fake, "the boundary has restored the function");
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
  return seen;
}
