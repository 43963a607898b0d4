// One call: its name and numbers, its bar, and in words whatever is out of the ordinary.
import { duration, size } from "./format.js";
import { laneOf } from "./lanes.js";

export function CallRow({ row: { record, startPercent, widthPercent } }) {
  const className = `onehop-hops-call onehop-lane-${laneOf(record.backend)}`;
  return (
    <li className={className} data-source={record.source} data-failed={record.error ? "" : undefined}>
      <span className="onehop-hops-name">
        <span className="onehop-hops-backend">{record.backend}.</span>
        <wbr />
        {record.loader}
        {record.keys > 0 && <span className="onehop-hops-keys"> ×&nbsp;{record.keys}</span>}
      </span>
      <span className="onehop-hops-duration">{duration(record.duration_ms)}</span>
      <div className="onehop-hops-track" aria-hidden="true">
        <div className="onehop-hops-bar" style={{ "--start": `${startPercent}%`, "--length": `${widthPercent}%` }} />
      </div>
      <span className="onehop-hops-size">{size(record.bytes)}</span>
      <Notes record={record} />
    </li>
  );
}

function Notes({ record }) {
  const notes = [
    record.source === "flight" && "flight: joined a call of another request",
    record.attempt > 1 && `attempt ${record.attempt}`,
  ].filter(Boolean);
  if (notes.length === 0 && !record.error) return null;
  return (
    <div className="onehop-hops-notes">
      {record.error && (
        <strong>
          ✕ {record.error}
          {record.status !== null && ` (status ${record.status})`}
        </strong>
      )}
      {notes.map((note) => (
        <span key={note}>{note}</span>
      ))}
    </div>
  );
}
