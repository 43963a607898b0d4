// The receipt of the last run, for whoever draws it. The fetcher tells it each result; nothing is kept across reloads.

const INTROSPECTION = "IntrospectionQuery";

let lastRun = null;
const listeners = new Set();

/**
 * Keep what *result* says of its calls, `{operation, receipt}`, the receipt null when it carried none; give the rest.
 *
 * The panel draws the receipt, so the response editor shows the answer as clients without one get it. GraphiQL's own
 * introspection is no run of the reader's.
 */
export function takeReceipt(result, { operationName } = {}) {
  if (operationName === INTROSPECTION) return result;
  lastRun = { operation: operationName ?? null, receipt: receiptOf(result) };
  for (const notify of listeners) notify();
  return withoutReceipt(result);
}

/** The last run, null before the first: a snapshot for `useSyncExternalStore`. */
export function currentRun() {
  return lastRun;
}

/** Call *notify* after each run; the function returned ends that. */
export function subscribe(notify) {
  listeners.add(notify);
  return () => listeners.delete(notify);
}

// Another gateway's extension of that name is not ours to draw: an error in the panel would empty the page.
function receiptOf(result) {
  const receipt = result?.extensions?.hops;
  return Array.isArray(receipt?.records) ? receipt : null;
}

function withoutReceipt(result) {
  if (!receiptOf(result)) return result;
  const { extensions, ...answer } = result;
  const { hops: _, ...others } = extensions;
  return Object.keys(others).length > 0 ? { ...answer, extensions: others } : answer;
}
