// The same with a callback, as a CommonJS module.
exports.handler = (event, context, callback) => {
  if (typeof event.text !== "string") return callback(new TypeError("text must be a string"));
  const words = event.text.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  callback(null, { words: words.length, counts });
};
