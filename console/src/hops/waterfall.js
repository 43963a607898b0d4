// Where each call's bar stands. Pure: records in, numbers out; `Waterfall.jsx` draws them.

// The departure of what the memo answered: nothing was sent.
export const MEMO = 0;

/**
 * The calls of *receipt* in departure order, cut where departure or hop changes; the memo's answers are the last group:
 *
 *     [{departure: 1, hop: 1, rows: [{record, startPercent: 0, widthPercent: 20}]}, ...]
 *
 * 100 % is `spanMs` of the receipt.
 */
export function groupsOf(receipt) {
  const span = spanMs(receipt);
  const groups = [];
  for (const record of [...receipt.records].sort(byDeparture)) {
    let group = groups.at(-1);
    if (!group || !belongs(record, group)) {
      group = { departure: record.departure, hop: record.hop, rows: [] };
      groups.push(group);
    }
    const startPercent = (100 * record.start_ms) / span;
    group.rows.push({ record, startPercent, widthPercent: (100 * record.duration_ms) / span });
  }
  return groups;
}

/** The time line's length: the request's time, or longer when a call's clock says so; never 0. */
export function spanMs(receipt) {
  const ends = receipt.records.map((record) => record.start_ms + record.duration_ms);
  return Math.max(receipt.total_ms, ...ends, 0.01);
}

function belongs(record, group) {
  return record.departure === group.departure && (record.departure === MEMO || record.hop === group.hop);
}

function byDeparture(one, other) {
  return place(one) - place(other) || one.hop - other.hop || one.start_ms - other.start_ms;
}

function place({ departure }) {
  return departure === MEMO ? Number.MAX_SAFE_INTEGER : departure;
}
