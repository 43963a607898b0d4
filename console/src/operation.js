// What kind of operation the page is about to run.

/** Whether *documentAST*'s operation *operationName*, or its only one, is a subscription. */
export function isSubscription(documentAST, operationName) {
  const operations = (documentAST?.definitions ?? []).filter(({ kind }) => kind === "OperationDefinition");
  const chosen = operationName ? operations.filter(({ name }) => name?.value === operationName) : operations;
  return chosen.length === 1 && chosen[0].operation === "subscription";
}
