/** The scripts of the hand-off, as text. */
declare module "*?raw" {
  const text: string;
  export default text;
}
