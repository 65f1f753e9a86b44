/** A table in MCC's columns with so many questions of five wordings each. */
export function manyQuestions(count: number): string {
  const rows = Array.from({ length: count }, (_, q) => {
    const question = `Is it right to do the thing number ${q} in the place where it is forbidden?`;
    const wordings = Array.from(
      { length: 5 },
      (_, w) =>
        `${q},${question},"Wording ${w} of it: may one, where it is not allowed, do thing ${q}?"\n`,
    );
    return wordings.join("");
  });
  return `question_id,question,paraphrased\n${rows.join("")}`;
}
