import type { Plugin } from "vite";

/**
 * What the page may load and do. Workers come from files of the site, and are not bound by it: a page's own policy does
 * not reach them. So the page itself talks to its own origin alone, and workers/chat.ts, workers/trainer.ts and
 * workers/encoder.ts talk to the API and the hub that the user typed. @see docs/decisions.md
 */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  // Svelte's policy for its own templates, and the page's for the addresses of workers (src/app/trusted-types.ts).
  "trusted-types svelte-trusted-html default",
].join("; ");

/** Puts the policy into the built page, before anything that it governs. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: "steadfast:content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}
