/** Counts the words of `{"text": …}`, whatever their case. */
export const handler = async ({ text }) => {
  if (typeof text !== "string") throw new TypeError("text must be a string");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return { words: words.length, counts };
};
