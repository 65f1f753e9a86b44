/** Every piece of a message in brackets, but not what is filled in: text that is seen without them is not among the words. */
export function pseudo(message) {
  return message
    .split(/(\{\d+\}|<\/?\d+\/?>|#)/)
    .map((piece, i) => (i % 2 === 1 || piece.trim() === "" ? piece : `⟦${piece}⟧`))
    .join("");
}
