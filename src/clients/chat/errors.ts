/** A failure of the API, with what to do about it. The key is never in its text. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
}

/** The API answers in general, and not this prompt. */
export class FilteredError extends ApiError {
  override readonly name = "FilteredError";
}

/** The API answered, with no text at all or with reasoning alone. It was paid for. */
export class EmptyReplyError extends ApiError {
  override readonly name = "EmptyReplyError";
}

/** A text without the key, wherever the server repeated it. */
export function withoutKey(text: string, apiKey: string | null): string {
  return apiKey === null || apiKey === "" ? text : text.replaceAll(apiKey, "…");
}
