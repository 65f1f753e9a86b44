/** What a failed request means: ask again, or stop with a sentence that says what to do. */
import { ApiError, FilteredError, withoutKey } from "./errors";
import { type HeadersLike, retryAfter, shouldRetry } from "./rate-headers";

export interface FailureContext {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey: string | null;
  /** ms since the epoch. */
  readonly now: number;
}

export type Failure =
  /** What may pass. */
  | {
      readonly kind: "retry";
      /** What the server asks to wait; null if it does not say. */
      readonly afterMs: number | null;
      /** No other request should be sent before either. */
      readonly forAll: boolean;
      /** The server was reached. */
      readonly reached: boolean;
      readonly reason: string;
    }
  | { readonly kind: "stop"; readonly error: ApiError };

/** A reply that came and is none: it is asked for again. */
export class MalformedReplyError extends Error {
  override readonly name = "MalformedReplyError";
}

/** No complete reply within the time allowed. */
export class LateReplyError extends Error {
  override readonly name = "LateReplyError";
}

/** The parts of an error of the client library, or of the platform, that tell what happened. */
interface Thrown {
  readonly name?: string;
  readonly status?: number;
  readonly code?: string | null;
  readonly type?: string | null;
  readonly message?: string;
  readonly headers?: HeadersLike;
  readonly cause?: unknown;
}

const PASSING = new Set([408, 409, 425, 429]);
/** Codes of a 429 that waiting does not mend. */
const SPENT =
  /^(insufficient_quota|billing_hard_limit_reached|billing_not_active|access_terminated)$/;

export function failureOf(error: unknown, context: FailureContext): Failure {
  const { status, headers, message = "" } = error as Thrown;
  if (status === undefined) return withoutStatus(error as Thrown, context);
  const said = headers ? shouldRetry(headers) : null;
  const passes = PASSING.has(status) || status >= 500;
  if (said ?? (passes && !isSpent(error as Thrown))) {
    return {
      kind: "retry",
      afterMs: headers ? retryAfter(headers, context.now) : null,
      forAll: status === 429 || status === 503,
      reached: true,
      reason: `status ${status}`,
    };
  }
  const detail = withoutKey(message, context.apiKey);
  return { kind: "stop", error: stopFor(error as Thrown, status, detail, context) };
}

function withoutStatus(error: Thrown, { baseUrl }: FailureContext): Failure {
  if (causes(error).some(({ message = "" }) => /redirect/i.test(message))) {
    const sentence = `${baseUrl} sends requests on to another address. A key is not sent there: enter that address itself`;
    return { kind: "stop", error: new ApiError(sentence) };
  }
  const again = { kind: "retry", afterMs: null, forAll: false } as const;
  if (error instanceof SyntaxError) {
    return { ...again, reached: true, reason: `what ${baseUrl} sent is no JSON, or was cut` };
  }
  if (error instanceof MalformedReplyError || error instanceof LateReplyError) {
    return { ...again, reached: true, reason: error.message };
  }
  const reason = `no answer from ${baseUrl}; is the server running, and does it allow requests from this page (CORS)?`;
  return { ...again, reached: false, reason };
}

function stopFor(
  error: Thrown,
  status: number,
  message: string,
  { baseUrl, model }: FailureContext,
): ApiError {
  if (status === 400 && error.code === "content_filter") {
    return new FilteredError(`${baseUrl} filters this text (content_filter)`);
  }
  if (status === 401 || status === 403) {
    return new ApiError(
      `${baseUrl} refused the key (${status}); check the key and what it may use`,
    );
  }
  if (status === 404) {
    return new ApiError(
      `${baseUrl} does not know the model ${model}; check its name and the address`,
    );
  }
  if (isSpent(error)) {
    return new ApiError(
      `the quota of this key at ${baseUrl} is used up (${status}); add credit or use another key`,
    );
  }
  if (status === 400 || status === 422) {
    return new ApiError(`${baseUrl} refused the request: ${message}`);
  }
  return new ApiError(`${baseUrl} failed with status ${status}`);
}

function isSpent({ status, code, type }: Thrown): boolean {
  return status === 402 || (status === 429 && (SPENT.test(code ?? "") || SPENT.test(type ?? "")));
}

function causes(error: Thrown): Thrown[] {
  const found: Thrown[] = [];
  for (let at: unknown = error; at instanceof Error && found.length < 8; at = at.cause) {
    found.push(at);
  }
  return found;
}
