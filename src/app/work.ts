/** Work of a worker as the page shows it. */
import { messageOf } from "../core/message-of";
export type Work<Result, Progress = null> =
  | { readonly kind: "none" | "cancelled" }
  | { readonly kind: "working"; readonly progress: Progress | null }
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "failed"; readonly message: string };

/** What the call came to: a failure is a state to show, not a throw. */
export async function settle<Result>(call: Promise<Result>): Promise<Work<Result>> {
  try {
    return { kind: "done", result: await call };
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}
