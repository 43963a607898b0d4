// The four numbers that matter; a screen reader hears them after each run.
import { duration } from "./format.js";

export function Totals({ receipt }) {
  return (
    <div role="status">
      <dl className="onehop-hops-totals">
        <Total name="hops" value={receipt.hops} />
        <Total name="calls" value={receipt.calls} />
        <Total name="invokes" value={receipt.invokes} />
        <Total name={`${duration(receipt.backend_ms)} in backends`} value={duration(receipt.total_ms)} />
      </dl>
    </div>
  );
}

function Total({ name, value }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
