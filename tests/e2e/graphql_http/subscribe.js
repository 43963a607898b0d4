// Subscribes with the client of `graphql-sse`, which wrote the protocol: URL and request (JSON) are the arguments.
// Prints a line of JSON a result; the third argument is how many it waits for before it leaves, none for all.
import { createClient } from "graphql-sse";

const [url, request, count] = process.argv.slice(2);
const client = createClient({ url, retryAttempts: 0 });

let seen = 0;
for await (const result of client.iterate(JSON.parse(request))) {
  console.log(JSON.stringify(result));
  if (++seen === Number(count)) break;
}
console.log(JSON.stringify("end"));
