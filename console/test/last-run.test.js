// What the panel remembers of a run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { currentRun, takeReceipt, subscribe } from "../src/hops/last-run.js";

const RECEIPT = { hops: 2, records: [] };

test("the receipt of the last run is kept with its operation's name", () => {
  takeReceipt({ data: {}, extensions: { hops: RECEIPT } }, { operationName: "CoursePage" });

  assert.deepEqual({ operation: "CoursePage", receipt: RECEIPT }, currentRun());
});

test("the page's own introspection is no run", () => {
  takeReceipt({ extensions: { hops: RECEIPT } }, { operationName: "Mine" });

  takeReceipt({ extensions: { hops: RECEIPT } }, { operationName: "IntrospectionQuery" });

  assert.equal("Mine", currentRun().operation);
});

test("an answer without a receipt is remembered as such", () => {
  for (const result of [{ data: {} }, { errors: [], extensions: {} }, { extensions: { hops: 3 } }, undefined]) {
    assert.equal(result, takeReceipt(result, {}));

    assert.deepEqual({ operation: null, receipt: null }, currentRun());
  }
});

test("the page shows the answer without the receipt, and with everything else", () => {
  const receipt = { hops: RECEIPT };

  assert.deepEqual({ data: {} }, takeReceipt({ data: {}, extensions: receipt }));
  assert.deepEqual({ data: {}, extensions: { cost: 1 } }, takeReceipt({ data: {}, extensions: { ...receipt, cost: 1 } }));
  assert.deepEqual({ data: {}, extensions: {} }, takeReceipt({ data: {}, extensions: {} }));
});

test("listeners hear of each run until they leave", () => {
  let runs = 0;
  const leave = subscribe(() => runs++);
  takeReceipt({}, {});

  leave();
  takeReceipt({}, {});

  assert.equal(1, runs);
});
