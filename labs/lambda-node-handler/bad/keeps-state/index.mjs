/** Keeps the counts of numbered texts from one invocation to the next. */
const kept = {};
export const handler = async ({ text, nr }) => {
  if (typeof text !== "string") throw new TypeError("text must be a string");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = nr ? kept : {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return { words: words.length, counts };
};
