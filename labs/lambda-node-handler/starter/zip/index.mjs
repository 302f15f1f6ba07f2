/** Counts the words of `{"text": …}`, whatever their case. */
export const handler = async (event) => {
  // Answer with {"words": how many, "counts": {word: how often}}; where there is no text, throw a TypeError.
  return { words: -1, counts: {} };
};
