/** Starts the work and does not wait for it. */
const count = async (text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return { words: words.length };
};
export const handler = async (event) => {
  return { answer: count(`${event.text}`) };
};
