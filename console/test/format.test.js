// Numbers as people read them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, size } from "../src/hops/format.js";

test("durations keep three digits at most, and change to seconds", () => {
  const shown = [0, 0.4249, 0.994, 0.996, 15.06, 99.94, 99.96, 999.4, 999.6, 12_345].map(duration);

  assert.deepEqual(
    ["0.00 ms", "0.42 ms", "0.99 ms", "1.0 ms", "15.1 ms", "99.9 ms", "100 ms", "999 ms", "1.00 s", "12.35 s"],
    shown,
  );
});

test("sizes are counted by thousands", () => {
  const shown = [0, 999, 1000, 2048, 999_949, 999_950, 8_388_608].map(size);

  assert.deepEqual(["0 B", "999 B", "1.0 kB", "2.0 kB", "999.9 kB", "1.0 MB", "8.4 MB"], shown);
});
