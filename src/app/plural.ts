const whole = new Intl.NumberFormat("en-GB");

/**
 * Words that go with a number, "#" being where it stands: plural(2, ["# question", "# questions"]) is "2 questions".
 * @param forms  in the source the two of English; at run time those of the catalogue, as many as its language has.
 * @param form   which of them goes with a number; a build puts the rule of the catalogue here.
 */
export function plural(
  n: number,
  forms: readonly string[],
  form: (n: number) => number = (n) => (n === 1 ? 0 : 1),
): string {
  // Not translated yet, they are the two of English under the rule of another language.
  const words = forms[form(n)] ?? forms.at(-1)!;
  return words.replace("#", whole.format(n));
}
