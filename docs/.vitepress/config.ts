import { defineConfig } from "vitepress";
import { pagesIn } from "./pages";

export default defineConfig({
  title: "Rollcall",
  description: "Clustering for Node.js in TypeScript, with service discovery as plugins.",
  lang: "en",
  cleanUrls: true,
  srcExclude: ["README.md"],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: "/guide/getting-started", activeMatch: "^/guide/" },
      { text: "Architecture", link: "/architecture" },
      { text: "Reference", link: "/reference/error-codes", activeMatch: "^/reference/" },
      { text: "Decisions", link: "/decisions/", activeMatch: "^/decisions/" },
      { text: "Evidence", link: "/evidence/", activeMatch: "^/evidence/" },
    ],
    sidebar: [
      {
        text: "Guide",
        items: [
          { text: "Getting started", link: "/guide/getting-started" },
          { text: "Forming clusters", link: "/guide/forming-clusters" },
          { text: "Node discovery", link: "/guide/node-discovery" },
          { text: "Membership and events", link: "/guide/membership-and-events" },
          { text: "Failure detection", link: "/guide/failure-detection" },
          { text: "Downing", link: "/guide/downing" },
          { text: "Leaving and rolling restarts", link: "/guide/leaving-and-rolling-restarts" },
          { text: "Secrets", link: "/guide/security-secrets" },
          { text: "Who is let in", link: "/guide/admission" },
          { text: "TLS", link: "/guide/security-tls" },
          { text: "Actors", link: "/guide/actors" },
          { text: "Calls and errors", link: "/guide/calls-and-errors" },
          { text: "The life of an actor", link: "/guide/actor-lifecycle" },
          { text: "The receptionist", link: "/guide/receptionist" },
          { text: "Singletons", link: "/guide/singleton" },
          { text: "Testing your cluster", link: "/guide/testing-your-cluster" },
          { text: "Write your own discovery", link: "/guide/write-your-own-discovery" },
        ],
      },
      { text: "Architecture", link: "/architecture" },
      { text: "Security", link: "/security" },
      {
        text: "Reference",
        items: [
          { text: "Error codes", link: "/reference/error-codes" },
          { text: "The handshake", link: "/reference/handshake" },
          { text: "Limits", link: "/reference/limits" },
        ],
      },
      { text: "Decisions", link: "/decisions/", collapsed: true, items: pagesIn("decisions") },
      { text: "Evidence", link: "/evidence/", collapsed: true, items: pagesIn("evidence") },
    ],
  },
});
