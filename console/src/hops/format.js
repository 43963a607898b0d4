// Numbers as people read them.

/** *ms* with the digits that matter: `0.42 ms`, `15.1 ms`, `1.25 s`. */
export function duration(ms) {
  if (ms >= 999.5) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 99.95) return `${ms.toFixed(0)} ms`;
  return ms >= 0.995 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`;
}

/** *count* of bytes, by thousands: `0 B`, `812 B`, `2.0 kB`, `1.3 MB`. */
export function size(count) {
  if (count < 1000) return `${count} B`;
  return count < 999_950 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}
