import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { MAX_UNHANDLED, type Request } from "../../../../runtime/protocol/processes.ts";
import {
  MAX_WAITING_REQUESTS,
  RequestQueue,
} from "../../../../runtime/worker/links/request_queue.ts";

const request = (token: number): Request => ({ type: "drop", token });

describe("the queue of requests to the broker", () => {
  let posted: Request[];
  let queue: RequestQueue;
  beforeEach(() => {
    posted = [];
    queue = new RequestQueue({ postMessage: (message: Request) => void posted.push(message) });
  });
  const tokens = () => posted.map((message) => (message as { token: number }).token);
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const sendMany = (count: number) => {
    for (const number of numbers(count)) queue.send(request(number));
  };

  test("lets requests wait as long as many are not handled, and keeps their order", () => {
    sendMany(3 * MAX_UNHANDLED);
    assert.equal(posted.length, MAX_UNHANDLED);
    queue.handled(10);
    assert.equal(posted.length, MAX_UNHANDLED + 10);
    queue.send(request(-1));
    while (posted.length <= 3 * MAX_UNHANDLED) queue.handled(MAX_UNHANDLED);
    assert.deepEqual(tokens(), [...numbers(3 * MAX_UNHANDLED), -1]);
  });

  test("sends immediately again after everything was handled", () => {
    sendMany(MAX_UNHANDLED + 1);
    queue.handled(MAX_UNHANDLED);
    queue.handled(1);
    queue.send(request(-1));
    assert.equal(tokens().at(-1), -1);
  });

  test("sends urgent requests before those that wait", () => {
    sendMany(MAX_UNHANDLED + 1);
    queue.sendNow({ type: "interrupt" });
    assert.deepEqual(posted.at(-1), { type: "interrupt" });
  });

  test("refuses requests if very many are waiting", () => {
    sendMany(MAX_UNHANDLED + MAX_WAITING_REQUESTS);
    assert.throws(() => queue.send(request(-1)), /65536 requests .* are waiting/);
    queue.handled(1);
    queue.send(request(-1));
  });

  test("drops a request that cannot be sent, but none after it", () => {
    const post = (message: Request) => {
      if ((message as { token: number }).token === MAX_UNHANDLED) throw new Error("not cloneable");
      posted.push(message);
    };
    queue = new RequestQueue({ postMessage: post });
    sendMany(MAX_UNHANDLED + 3);
    queue.handled(MAX_UNHANDLED);
    assert.deepEqual(tokens().slice(-2), [MAX_UNHANDLED + 1, MAX_UNHANDLED + 2]);
  });

  test("forgets the requests of a program that has ended", () => {
    sendMany(2 * MAX_UNHANDLED);
    queue.clear();
    queue.handled(MAX_UNHANDLED);
    assert.equal(posted.length, MAX_UNHANDLED);
    queue.send(request(-1));
    assert.equal(tokens().at(-1), -1);
  });
});
