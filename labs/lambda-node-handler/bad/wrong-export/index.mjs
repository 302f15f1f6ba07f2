/** Exports another name than the function's configuration has. */
export const main = async ({ text }) => ({ words: text.split(" ").length });
