// The panel: what the last run cost on top, its calls on one time line, the plan beside or beneath them.
import { useSyncExternalStore } from "react";
import { EmptyState } from "./EmptyState.jsx";
import { Plan } from "./Plan.jsx";
import { Totals } from "./Totals.jsx";
import { Waterfall } from "./Waterfall.jsx";
import { currentRun, subscribe } from "./last-run.js";

export function HopsPanel() {
  const run = useSyncExternalStore(subscribe, currentRun);
  return (
    // Focus on it lets the arrow keys scroll the pane.
    <section className="onehop-hops" aria-label="Hops" tabIndex={0}>
      <header>
        <h2>Hops</h2>
        {run?.operation && <span className="onehop-hops-operation">{run.operation}</span>}
      </header>
      {run?.receipt ? <Receipt receipt={run.receipt} /> : <EmptyState hasRun={run !== null} />}
    </section>
  );
}

function Receipt({ receipt }) {
  return (
    <>
      <Totals receipt={receipt} />
      <div className="onehop-hops-columns">
        <Waterfall receipt={receipt} />
        <Plan plan={receipt.plan} fallback={receipt.fallback} />
      </div>
    </>
  );
}
