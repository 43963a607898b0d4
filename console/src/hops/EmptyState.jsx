// What the panel says while it has nothing to draw.

export function EmptyState({ hasRun }) {
  return hasRun ? <NoReceipt /> : <BeforeTheFirstRun />;
}

function BeforeTheFirstRun() {
  return (
    <div className="onehop-hops-empty">
      <p>
        Run an operation, with <kbd>Ctrl</kbd> <kbd>Enter</kbd> in the editor, to see what it took:
      </p>
      <ul>
        <li>every call to a backend, as a bar on one time line;</li>
        <li>which calls left together, and which had to wait for others: each wait is a hop;</li>
        <li>how many keys and bytes each carried, where values came from, and what failed;</li>
        <li>the plan that the gateway made of the operation.</li>
      </ul>
    </div>
  );
}

function NoReceipt() {
  return (
    <div className="onehop-hops-empty">
      <p>
        The last answer carried no receipt (<code>extensions.hops</code>).
      </p>
      <p>The operation did not run, or this gateway shows receipts only to requests that are signed.</p>
    </div>
  );
}
