// Builds the console into the Python package, which serves it and ships it in the wheel.
//
// Two facts rule the URLs: the gateway may live under any path prefix, so nothing is absolute; and the page is
// served at `/graphql` while its files are at `/console/`, so the page and the files see different bases.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: "../gateway/application/console",
    // The folder is outside of this project, so Vite would ask before it empties it.
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    // The wheel redistributes these packages: their licences ask for their notices to travel along.
    license: { fileName: "THIRD-PARTY-LICENSES.md" },
    // Monaco is one chunk of 2.8 MB by nature; the limit still catches what slips in beside it.
    chunkSizeWarningLimit: 3000,
    // Dependencies carry "use client" marks for server rendering, which mean nothing here: a hundred warnings less.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: "es" },
  experimental: {
    // Only the page lives outside of the folder; scripts, styles and workers find each other from where they are.
    renderBuiltUrl: (fileName, { hostType }) => (hostType === "html" ? `console/${fileName}` : { relative: true }),
  },
  optimizeDeps: {
    // `npm run dev` only: Vite does not look into workers for CommonJS, of which the GraphQL worker has two modules.
    include: [
      "graphiql > @graphiql/react > graphql-language-service > nullthrows",
      "graphiql > @graphiql/react > monaco-graphql > picomatch-browser",
    ],
  },
  server: {
    proxy: {
      "/graphql": {
        target: process.env.GATEWAY_URL ?? "http://127.0.0.1:8000",
        // The page and the endpoint share one URL, as they do in production: a browser asks for HTML, a query does not.
        bypass: (request) => (request.headers.accept?.includes("text/html") ? "/index.html" : undefined),
      },
    },
  },
});
