// Runs the GraphQL Foundation's server audits against the URL in the first argument; a second one, NAME=VALUE, is a
// header for every request. Prints their results as JSON: [{"id", "name", "status", "reason"}, ...].
import { serverAudits } from "graphql-http";

const [url, header] = process.argv.slice(2);
const [name, value] = header?.split("=") ?? [];

const fetchFn = (target, options = {}) =>
  fetch(target, name ? { ...options, headers: { ...options.headers, [name]: value } } : options);

const results = [];
// One at a time: a Lambda function answers no two requests at once.
for (const audit of serverAudits({ url, fetchFn })) {
  const { id, status, reason } = await audit.fn();
  results.push({ id, name: audit.name, status, reason });
}
console.log(JSON.stringify(results));
