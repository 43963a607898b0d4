// The page: GraphiQL, pointed at the URL that it was served from.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import "./workers.js";
import "./style.css";
import markUrl from "./mark.svg";
import { DEFAULT_HEADERS, DEFAULT_QUERY } from "./defaults.js";
import { createFetcher } from "./fetcher.js";
import { takeReceipt } from "./hops/last-run.js";
import { HOPS_PLUGIN } from "./hops/plugin.jsx";
import { panelIsWanted, rememberVisibility } from "./hops/visibility.js";

// The path alone: whatever prefix the gateway has is in it, and a query string on the page is not part of the endpoint.
const fetcher = createFetcher(window.location.pathname, takeReceipt);

// Made once: GraphiQL opens its plugin again whenever it is given another list.
const PLUGINS = [HOPS_PLUGIN, HISTORY_PLUGIN];
const OPEN_AT_FIRST = panelIsWanted() ? HOPS_PLUGIN : undefined;

function Console() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={PLUGINS}
      visiblePlugin={OPEN_AT_FIRST}
      onTogglePluginVisibility={rememberVisibility}
      defaultQuery={DEFAULT_QUERY}
      defaultHeaders={DEFAULT_HEADERS}
      // Headers carry the identity; losing them on each reload would make every second query anonymous.
      shouldPersistHeaders
      isHeadersEditorEnabled
      defaultEditorToolsVisibility="headers"
    >
      <GraphiQL.Logo>
        <span className="onehop-logo">
          <img src={markUrl} alt="" />
          Onehop
        </span>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

createRoot(document.getElementById("console")).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
