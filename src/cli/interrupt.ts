/**
 * A signal that aborts on Ctrl-C; a second Ctrl-C ends the process at once.
 * @param kept  what is said then: whether what was done can be gone on with.
 */
export function interruptible(kept: "kept" | "nothing kept" = "kept"): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => stop(controller, kept));
  return controller.signal;
}

/** Ctrl-C asks for a pause, a second one stops at once, a third ends the process. */
export function pausable(): { readonly pause: AbortSignal; readonly signal: AbortSignal } {
  const [pause, signal] = [new AbortController(), new AbortController()];
  process.once("SIGINT", () => {
    process.once("SIGINT", () => stop(signal));
    process.stderr.write("\npauses as soon as all is saved; Ctrl-C again stops at once\n");
    pause.abort();
  });
  return { pause: pause.signal, signal: signal.signal };
}

function stop(controller: AbortController, kept: "kept" | "nothing kept" = "kept"): void {
  const said = kept === "kept" ? "what was done is kept" : "nothing was written";
  controller.abort(new DOMException(`stopped; ${said}`, "AbortError"));
}
