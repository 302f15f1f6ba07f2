/** Says what is wrong in an answer that looks like any other. */
export const handler = async ({ text }) => {
  if (typeof text !== "string") return { error: "text must be a string" };
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return { words: words.length, counts };
};
