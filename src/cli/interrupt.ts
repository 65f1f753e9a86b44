/** A signal that aborts on Ctrl-C; a second Ctrl-C ends the process at once. */
export function interruptible(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () =>
    controller.abort(new DOMException("stopped; what was done is kept", "AbortError")),
  );
  return controller.signal;
}
