/** Whether an API can be asked from here, and if not, which of the things that go wrong it is and what mends it. */
import { corsFix } from "./cors-fixes";
import { type Endpoint, endpointOf, isAzure } from "./endpoint";

export interface Connection {
  readonly kind:
    "works" | "mixed-content" | "unreachable" | "cors" | "key" | "model" | "address" | "failing";
  /** What was found, and what to do: a sentence each. */
  readonly sentences: readonly string[];
}

export interface ConnectionOptions {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | null;
  /** Address of the page that asks; null on the command line, where no browser refuses anything. */
  readonly page: string | null;
  readonly signal: AbortSignal;
}

const TIMEOUT = 15_000; // ms
/** Models named when the one asked for is not there. */
const NAMED_MODELS = 8;

/** The part of `GET /models` that is read. */
interface ListedModel {
  readonly id?: unknown;
  readonly shutdown_date?: unknown;
}

/**
 * Lists the server's models, which costs nothing; where it has no such list, asks for a reply of one token. Nothing but the
 * address given is asked, and no redirect is followed.
 */
export async function testConnection(options: ConnectionOptions): Promise<Connection> {
  const { baseUrl, apiKey, page } = options;
  const url = new URL(baseUrl.trim());
  if (page !== null && isMixed(url, new URL(page))) return mixedContent(url);
  const endpoint = endpointOf(baseUrl, apiKey);
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT)]);
  let listed: Response;
  try {
    listed = await request(endpoint, "/models", options, signal);
  } catch (error) {
    options.signal.throwIfAborted();
    return notReached(url, options, error);
  }
  if (listed.ok) return judgeModels(await listed.json().catch(() => null), options);
  if (![404, 405, 501].includes(listed.status)) return judgeStatus(listed.status, options);
  return askOneToken(endpoint, options, signal);
}

async function askOneToken(
  endpoint: Endpoint,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const messages = [{ role: "user", content: "Say yes." }];
  const body = JSON.stringify({ model: options.model, messages, max_tokens: 1 });
  let response: Response;
  try {
    response = await request(endpoint, "/chat/completions", options, signal, body);
  } catch (error) {
    options.signal.throwIfAborted();
    return notReached(new URL(options.baseUrl), options, error);
  }
  if (response.ok) return works([`${options.model} answers at ${options.baseUrl}.`]);
  const said = await response.text().catch(() => "");
  if (response.status === 404 && !/model|deployment/i.test(said)) {
    return {
      kind: "address",
      sentences: [
        `A server answers at ${options.baseUrl}, but it has no /chat/completions there.`,
        "The address of most servers ends in /v1. Check it.",
      ],
    };
  }
  // A model that takes no max_tokens, or no message so short, was reached all the same.
  if (response.status === 400) return works([`${options.baseUrl} answers, and the key is taken.`]);
  return judgeStatus(response.status, options);
}

function judgeModels(body: unknown, { baseUrl, model }: ConnectionOptions): Connection {
  const { data } = (typeof body === "object" && body !== null ? body : {}) as { data?: unknown };
  if (!Array.isArray(data)) {
    const sentences = [
      `What ${baseUrl}/models gives is no list of models.`,
      "The address of most servers ends in /v1. Check it.",
    ];
    return { kind: "address", sentences };
  }
  const models = (data as ListedModel[]).flatMap(({ id, shutdown_date: end }) =>
    typeof id === "string" ? [{ id, end: typeof end === "string" ? end : null }] : [],
  );
  // Ollama lists "llama3:latest" and answers to "llama3".
  const found = models.find(({ id }) => id === model || id === `${model}:latest`);
  if (found) {
    const end =
      found.end === null ? [] : [`The server says that it is switched off on ${found.end}.`];
    return works([`${baseUrl} has the model ${model}.`, ...end]);
  }
  const ids = models.map(({ id }) => id);
  const shown = ids.slice(0, NAMED_MODELS).join(", ");
  const more = ids.length > NAMED_MODELS ? ` and ${ids.length - NAMED_MODELS} more` : "";
  const has = ids.length === 0 ? "It lists none: load one first." : `It has ${shown}${more}.`;
  return { kind: "model", sentences: [`${baseUrl} answers, but has no model “${model}”.`, has] };
}

function judgeStatus(
  status: number,
  { baseUrl, model, apiKey, page }: ConnectionOptions,
): Connection {
  if (status === 401 || status === 403) {
    const url = new URL(baseUrl);
    return {
      kind: "key",
      sentences: [
        apiKey === null
          ? `${baseUrl} wants a key (status ${status}). Enter one.`
          : `${baseUrl} refuses the key (status ${status}). Check that it is whole, of this server, and allowed to use ${model}.`,
        ...(status === 403 && page !== null ? [corsFix(url, new URL(page).origin)] : []),
        ...(isAzure(url)
          ? ["Azure's keys belong to one resource: the address must be that one's."]
          : []),
      ],
    };
  }
  if (status === 404) {
    const sentences = [`${baseUrl} does not know the model “${model}”.`, "Check its name."];
    return { kind: "model", sentences };
  }
  const sentences = [
    `${baseUrl} answers with status ${status}.`,
    "Look at the server, or try again later.",
  ];
  return { kind: "failing", sentences };
}

/**
 * A browser hides why a request failed. A second one that wants to read nothing is let through by a server that merely
 * does not allow this page, and fails where there is none.
 */
async function notReached(
  url: URL,
  { baseUrl, page, signal }: ConnectionOptions,
  error: unknown,
): Promise<Connection> {
  if (isRedirect(error)) {
    const sentences = [
      `${baseUrl} sends requests on to another address.`,
      "A key is not sent there: enter that address itself.",
    ];
    return { kind: "address", sentences };
  }
  if (page !== null && (await isThere(url, signal))) {
    return {
      kind: "cors",
      sentences: [
        `A server is at ${url.origin}, but it does not let this page read its answers (CORS).`,
        corsFix(url, new URL(page).origin),
        "The command line has no such rule: steadfast answer asks the same server from there.",
      ],
    };
  }
  const local = isLoopback(url)
    ? "Start it, and check the port."
    : "Check the address, and whether this device may reach it.";
  const asked = page === null || isLoopback(new URL(page)) || !isPrivate(url) ? [] : [PERMISSION];
  return {
    kind: "unreachable",
    sentences: [`No server answers at ${url.origin}. ${local}`, ...asked],
  };
}

const PERMISSION =
  "If the browser asked whether this page may reach devices on your network, and it was refused, allow it in the site's settings.";

async function isThere(url: URL, signal: AbortSignal): Promise<boolean> {
  try {
    await fetch(url, {
      mode: "no-cors",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    return true;
  } catch {
    return false;
  }
}

function request(
  { baseURL, defaultQuery, defaultHeaders }: Endpoint,
  path: string,
  { apiKey }: ConnectionOptions,
  signal: AbortSignal,
  body?: string,
): Promise<Response> {
  const query = new URLSearchParams(defaultQuery).toString();
  return fetch(baseURL + path + (query && `?${query}`), {
    signal,
    redirect: "error",
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...defaultHeaders,
      ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body }),
  });
}

const works = (sentences: readonly string[]): Connection => ({ kind: "works", sentences });

function mixedContent(url: URL): Connection {
  return {
    kind: "mixed-content",
    sentences: [
      `This page came over https, and a browser lets such a page ask no server over http but one on this device: ${url.origin} is not asked at all.`,
      "Serve the model over https, run it on this device, open Steadfast from this device (npm start), or use the command line.",
    ],
  };
}

/** Whether a browser refuses it: an https page may ask http of this device alone. */
function isMixed(url: URL, page: URL): boolean {
  return page.protocol === "https:" && url.protocol === "http:" && !isLoopback(url);
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function isPrivate(url: URL): boolean {
  return (
    isLoopback(url) ||
    /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(url.hostname) ||
    url.hostname.endsWith(".local")
  );
}

/** Node says it in the cause; Chromium says nothing, and an opaque request then follows it. */
function isRedirect(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && /redirect/i.test(cause.message);
}
