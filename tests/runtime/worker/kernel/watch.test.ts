import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { Clock } from "../../../../runtime/worker/kernel/clock.ts";
import { Watch } from "../../../../runtime/worker/kernel/watch.ts";

type Import = (...args: unknown[]) => unknown;

/** The imports as Pyodide has them, with plain doings. */
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

describe("a program that touches JavaScript", () => {
  const { instantiate } = WebAssembly;
  after(() => assert.equal(WebAssembly.instantiate, instantiate, "put back afterwards"));
  const kernel = { gate: () => ({ promise: 1 }), interval: 5 };
  let watch: Watch;
  let env: Record<string, Import>;
  beforeEach(async () => {
    watch = new Watch(() => 26, new Clock());
    env = imports() as unknown as Record<string, Import>;
    env = await instrumented(watch, env);
    watch.trust(kernel);
    watch.arm();
  });

  test("is not one that uses the runtime's own objects and what they return", () => {
    const gate = env["JsvFunction_CallBound"]!(kernel.gate, kernel, []);
    assert.equal(env["JsProxy_GetAttr_js"]!(gate, "promise"), 1);
    env["JsProxy_SetAttr_js"]!(kernel, "interval", 1);
    assert.equal(watch.touched, false);
  });

  test("is not one that is asked for signals, which is our business", () => {
    assert.equal(env["_Py_CheckEmscriptenSignals_Helper"]!(), 26);
    assert.equal(watch.touched, false);
  });

  test("is not one that cannot be suspended, which fails without an exception", () => {
    assert.equal(env["syncifyHandler"]!(null, Promise.resolve()), "error");
    assert.equal(watch.touched, false);
  });

  const ways: [string, () => unknown][] = [
    ["reads an attribute", () => env["JsProxy_GetAttr_js"]!(globalThis, "Object")],
    ["sets one", () => env["JsProxy_SetAttr_js"]!({}, "x", 1)],
    ["calls a function of its own", () => env["JsvFunction_CallBound"]!(() => 1, undefined, [])],
    ["constructs", () => env["JsvFunction_Construct"]!(Map, [])],
    ["goes on from a method", () => env["JsProxy_GetAttr_js"]!(kernel.gate, "constructor")],
  ];
  for (const [name, way] of ways) {
    test(`is one that ${name}`, () => {
      way();
      assert.equal(watch.touched, true);
    });
  }
});

test("an update of Pyodide that renames the imports does not pass unnoticed", async () => {
  const { JsProxy_Dir_js: _, ...fewer } = imports();
  await assert.rejects(
    instrumented(new Watch(() => 26, new Clock()), fewer as never),
    /no JsProxy_Dir_js any more/,
  );
});

/** What a module that is instantiated while the watch looks on gets as imports. */
async function instrumented(watch: Watch, env: Record<string, Import>) {
  const { instantiate } = WebAssembly;
  let seen = env;
  const fake = async (_: unknown, given: { env: typeof env }) => {
    seen = given.env;
    return { instance: { exports: {} } };
  };
  try {
    Object.assign(WebAssembly, { instantiate: fake });
    await watch.during(async () => void (await WebAssembly.instantiate(new Uint8Array(), { env })));
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
  return seen;
}
