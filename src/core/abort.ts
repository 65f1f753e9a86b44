/** What the pure code needs of an AbortSignal, so that it runs where there is no DOM. An AbortSignal is one. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  /** @throws the reason of the abort, a DOMException "AbortError" unless the caller gave another. */
  throwIfAborted(): void;
}
