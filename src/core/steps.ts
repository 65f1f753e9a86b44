/** Long work cut into steps: whoever runs it can report how far it is, and stop between two of them. */
export type Steps<Result> = Generator<{ readonly done: number; readonly total: number }, Result>;

/** Runs all steps without a pause. */
export function runAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
