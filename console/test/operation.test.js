import assert from "node:assert/strict";
import { test } from "node:test";
import { isSubscription } from "../src/operation.js";

const operation = (kind, name) => ({
  kind: "OperationDefinition",
  operation: kind,
  name: name && { kind: "Name", value: name },
});
const document = (...definitions) => ({ kind: "Document", definitions });

test("the only operation is the one that is run, with or without a name", () => {
  assert.equal(true, isSubscription(document(operation("subscription"))));
  assert.equal(true, isSubscription(document(operation("subscription", "S")), "S"));
  assert.equal(false, isSubscription(document(operation("query"))));
});

test("of several operations the name tells which one", () => {
  const several = document(operation("query", "Q"), operation("subscription", "S"), { kind: "FragmentDefinition" });
  assert.equal(true, isSubscription(several, "S"));
  assert.equal(false, isSubscription(several, "Q"));
  assert.equal(false, isSubscription(several));
});

test("what cannot be read is no subscription", () => {
  assert.equal(false, isSubscription(undefined, "S"));
  assert.equal(false, isSubscription(document(), undefined));
});
