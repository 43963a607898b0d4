// Whether the panel is open when the page loads: yes, until its reader closes it.
//
// GraphiQL itself remembers which plugin was left open, and takes none left open for a first visit.

const KEY = "onehop:panel-closed";

export function panelIsWanted() {
  return read() === null;
}

/** What GraphiQL calls with the plugin now visible, or null. */
export function rememberVisibility(plugin) {
  // A browser that forbids storage throws: then nothing is remembered.
  try {
    if (plugin) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, "yes");
  } catch {}
}

function read() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
