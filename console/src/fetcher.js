// The way out of the page: every query goes through here, and so does every result.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-sse";
import { isSubscription } from "./operation.js";

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
    if (isSubscription(options?.documentAST, params.operationName)) {
      return listen(url, params, options.headers, (result) => onResult(result, params));
    }
    return onResult(await send(params, options), params);
  };
}

/** The results of a subscription as GraphiQL takes them: an observable, which the stop button unsubscribes from. */
function listen(url, params, headers, onResult) {
  // No retries: whoever looks at the page wants to see that a stream broke.
  const client = createClient({ url, headers, retryAttempts: 0 });
  return {
    subscribe(sink) {
      const next = (result) => sink.next(onResult(result));
      const unsubscribe = client.subscribe(params, {
        next,
        error: (error) => sink.error(error),
        complete: () => sink.complete(),
      });
      return { unsubscribe };
    },
  };
}
