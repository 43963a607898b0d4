// One colour a backend, the same for as long as the page lives; `waterfall.css` has the colours.

const LANES = 8;
const laneByBackend = new Map();

/** The number of *backend*'s colour, from 0: in order of first appearance, from the beginning again after the last. */
export function laneOf(backend) {
  if (!laneByBackend.has(backend)) laneByBackend.set(backend, laneByBackend.size % LANES);
  return laneByBackend.get(backend);
}
