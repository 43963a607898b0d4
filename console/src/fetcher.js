// The way out of the page: every query goes through here, and so does every result.
import { createGraphiQLFetcher } from "@graphiql/toolkit";

/**
 * A GraphiQL fetcher for *url* that hands each result to *onResult* before the page shows it.
 *
 * This is the one place that sees whole results: whoever needs `extensions.hops` listens here instead of
 * reading it back from the response editor. Introspection passes through too; its `operationName` tells it apart.
 */
export function createFetcher(url, onResult = () => {}) {
  // Plain JSON: without this the fetcher asks for multipart first, and the gateway answers in one piece.
  const send = createGraphiQLFetcher({ url, enableIncrementalDelivery: false });
  return async (params, options) => {
    const result = await send(params, options);
    onResult(result, params);
    return result;
  };
}
