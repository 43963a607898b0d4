// The calls as bars on one time line, in the order in which they departed.
import { duration } from "./format.js";
import { CallRow } from "./CallRow.jsx";
import { MEMO, groupsOf, spanMs } from "./waterfall.js";

export function Waterfall({ receipt }) {
  if (receipt.records.length === 0) {
    return <p className="onehop-hops-none">No backend was called.</p>;
  }
  return (
    <div className="onehop-hops-waterfall">
      <div className="onehop-hops-axis" aria-hidden="true">
        <span>0</span>
        <span>{duration(spanMs(receipt))}</span>
      </div>
      {groupsOf(receipt).map((group) => (
        <Group key={`${group.departure}.${group.hop}`} group={group} />
      ))}
      {receipt.dropped > 0 && <p className="onehop-hops-none">And {receipt.dropped} more, of which no record was kept.</p>}
    </div>
  );
}

function Group({ group }) {
  const [title, detail] =
    group.departure === MEMO
      ? ["Memo", "known already, nothing sent"]
      : [`Hop ${group.hop}`, `departure ${group.departure}`];
  return (
    <section className="onehop-hops-group" aria-label={`${title}, ${detail}`}>
      <h3>
        {title} <small>{detail}</small>
      </h3>
      <ol>
        {group.rows.map((row, index) => (
          // A receipt is drawn once and never reordered, so the place is the identity.
          <CallRow key={index} row={row} />
        ))}
      </ol>
    </section>
  );
}
