/** What something thrown says: of an Error its message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A message with the stop that ends a sentence. */
export function withStop(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
