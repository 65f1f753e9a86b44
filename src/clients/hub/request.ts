/** One request to a hub: what may pass is tried again, and what does not is explained. */

/** What a hub answered, or that it did not, with what to do about it. */
export class HubError extends Error {
  override readonly name = "HubError";
}

/** The connection failed or broke off; the next attempt may succeed. */
class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export interface Retries {
  /** Attempts in all, as long as none gets any further. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each one after it. */
  readonly waitMs: number;
}

export const RETRIES: Retries = { attempts: 4, waitMs: 500 };

/** What a hub is asked for, for messages: "openai-community/gpt2 at https://huggingface.co". */
export interface Asked {
  readonly place: string;
  readonly revision: string;
}

/** @throws HubError, Unreachable, or the signal's reason. */
export async function request(
  address: string,
  asked: Asked,
  { signal, headers }: { readonly signal: AbortSignal; readonly headers?: Record<string, string> },
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { signal, headers: headers ?? {} });
  } catch (cause) {
    signal.throwIfAborted();
    throw new Unreachable(`can't reach ${new URL(address).origin}`, { cause });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 429 || response.status >= 500) {
    throw new Unreachable(`${new URL(address).origin} answers ${response.status}`);
  }
  throw new HubError(explain(response, address, asked));
}

/**
 * Carries out what may fail on the way again, until it succeeds, or has failed so often without getting any further.
 * @param work  returns how far it got before it broke off, or null once it is done.
 */
export async function persist(
  work: () => Promise<void>,
  position: () => number,
  asked: Asked,
  { signal, retries }: { readonly signal: AbortSignal; readonly retries: Retries },
): Promise<void> {
  let failed = 0;
  for (;;) {
    const before = position();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Unreachable)) throw error;
      failed = position() > before ? 1 : failed + 1;
      if (failed >= retries.attempts) throw new HubError(gaveUp(error, asked), { cause: error });
      await pause(retries.waitMs * 2 ** (failed - 1), signal);
    }
  }
}

/** A body in pieces. @throws Unreachable where it breaks off. */
export async function* piecesOf(
  response: Response,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const next = await reader.read().catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new Unreachable("the connection broke off", { cause });
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => {}); // it has failed already
  }
}

/** The file ended before its length: the server or a proxy cut it. */
export function cutShort(file: string): Error {
  return new Unreachable(`${file} broke off`);
}

function explain({ status, statusText, headers }: Response, address: string, asked: Asked): string {
  const { place, revision } = asked;
  const code = headers.get("X-Error-Code");
  switch (status) {
    case 401:
    case 403:
      return (
        `${place} can't be had without a login (${status}): there is no model of that name, or it is private or gated. ` +
        "Check the name. A model that needs a login can be downloaded where you are logged in, and its folder be chosen here."
      );
    case 404:
      return code === "RevisionNotFound"
        ? `${place} has no revision ${revision}. Check the branch, tag or commit; "main" is the newest.`
        : `there is no ${place} at revision ${revision} (404, ${new URL(address).pathname}). Check the name, and the hub's address if it is a mirror.`;
    default:
      return `${place}: the hub answers ${status} ${statusText} to ${new URL(address).pathname}`;
  }
}

function gaveUp(error: Error, { place }: Asked): string {
  return (
    `${error.message}, asked for ${place} again and again. Check the connection, or name a mirror; a mirror must allow ` +
    "this page's origin (CORS). What has come so far is kept, and loading goes on from there."
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
