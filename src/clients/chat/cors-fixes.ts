/** What lets a page ask each kind of server. Servers are told apart by where they usually listen. */
import { isAzure } from "./endpoint";

type Fix = (origin: string) => string;

const ollama: Fix = (origin) =>
  `Ollama: start it with OLLAMA_ORIGINS=${origin} in its environment (OLLAMA_ORIGINS=${origin} ollama serve); where it runs as a service or an app, set the variable there and restart it.`;
const lmStudio: Fix = () =>
  "LM Studio: switch on “Enable CORS” in the settings of its local server, or start it with lms server start --cors.";
const llamaCpp: Fix = () =>
  "llama.cpp: llama-server allows every page by itself, so something before it takes the header Access-Control-Allow-Origin away; let it through, or ask its port directly.";
const vllm: Fix = (origin) =>
  `vLLM: start it with --allowed-origins '["${origin}"]' (it allows every page unless it was told otherwise), and look at what stands before it.`;
const openAi: Fix = () =>
  "OpenAI allows pages: a blocker, a proxy or a firewall on the way refuses. Try without it.";
const azure: Fix = (origin) =>
  `Azure: its endpoint allows no pages by itself. Put API Management before it with a cors policy that allows ${origin}, or use the command line.`;

/** @param origin  of the page, which the server has to allow. */
export function corsFix(server: URL, origin: string): string {
  return fixesFor(server)
    .map((fix) => fix(origin))
    .join(" ");
}

function fixesFor(server: URL): Fix[] {
  if (server.hostname === "api.openai.com") return [openAi];
  if (isAzure(server)) return [azure];
  switch (server.port) {
    case "11434":
      return [ollama];
    case "1234":
      return [lmStudio];
    case "8080":
      return [llamaCpp];
    case "8000":
      return [vllm];
    default:
      return [ollama, lmStudio, vllm, llamaCpp];
  }
}
