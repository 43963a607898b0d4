// Where Monaco gets its web workers: from this build, next to the page. Monaco reads the global when it starts.
//
// GraphiQL's own `setup-workers/vite` does the same, but Vite's development server cannot bundle it. The two packages
// are not in package.json: a worker must be of the very version that GraphiQL brings.
import EditorWorker from "monaco-editor/esm/vs/editor/editor.worker.js?worker";
import JsonWorker from "monaco-editor/esm/vs/language/json/json.worker.js?worker";
import GraphQLWorker from "monaco-graphql/esm/graphql.worker.js?worker";

const WORKERS = { graphql: GraphQLWorker, json: JsonWorker };

globalThis.MonacoEnvironment = {
  getWorker: (_id, language) => new (WORKERS[language] ?? EditorWorker)(),
};
