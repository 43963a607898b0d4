// The way out of the page: every query goes through here, and so does every result.
import { createGraphiQLFetcher } from "@graphiql/toolkit";

/**
 * A GraphiQL fetcher for *url*. The page shows of each result what *onResult* returns of it.
 *
 * This is the one place that sees whole results: the Hops panel takes its receipt here. Introspection passes through
 * too; its `operationName` tells it apart.
 */
export function createFetcher(url, onResult) {
  // Plain JSON: without this the fetcher asks for multipart first, and the gateway answers in one piece.
  const send = createGraphiQLFetcher({ url, enableIncrementalDelivery: false });
  return async (params, options) => {
    return onResult(await send(params, options), params);
  };
}
