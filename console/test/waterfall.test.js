// Where bars stand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { groupsOf, spanMs } from "../src/hops/waterfall.js";

const call = (loader, hop, departure, start_ms, duration_ms = 1) => ({ loader, hop, departure, start_ms, duration_ms });
const receipt = (total_ms, ...records) => ({ total_ms, records });

test("calls stand in departure order, cut where departure or hop changes", () => {
  const groups = groupsOf(
    receipt(10, call("d", 3, 4, 6), call("c", 2, 2, 3), call("b", 2, 2, 2), call("a", 1, 1, 0), call("e", 2, 3, 5)),
  );

  const shown = groups.map(({ hop, departure, rows }) => [hop, departure, ...rows.map((row) => row.record.loader)]);
  assert.deepEqual([[1, 1, "a"], [2, 2, "b", "c"], [2, 3, "e"], [3, 4, "d"]], shown);
});

test("what the memo answered stands last, in one group", () => {
  const groups = groupsOf(receipt(10, call("m", 1, 0, 3, 0), call("a", 1, 1, 0), call("n", 2, 0, 5, 0)));

  const shown = groups.map(({ departure, rows }) => [departure, ...rows.map((row) => row.record.loader)]);
  assert.deepEqual([[1, "a"], [0, "m", "n"]], shown);
});

test("bars are in percent of the request's time", () => {
  const [{ rows }] = groupsOf(receipt(20, call("a", 1, 1, 5, 10)));

  assert.deepEqual([25, 50], [rows[0].startPercent, rows[0].widthPercent]);
});

test("a call that ends after the request is still within the time line", () => {
  assert.equal(15, spanMs(receipt(10, call("a", 1, 1, 5, 10))));
});

test("a request that took no time has a time line of some length", () => {
  const [{ rows }] = groupsOf(receipt(0, call("a", 1, 1, 0, 0)));

  assert.deepEqual([0, 0], [rows[0].startPercent, rows[0].widthPercent]);
});

test("no calls make no groups", () => {
  assert.deepEqual([], groupsOf(receipt(1)));
});
