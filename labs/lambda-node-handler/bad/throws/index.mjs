/** Takes the text for a list. */
export const handler = async ({ text }) => text.map((word) => word.toLowerCase());
