/** As long as an id may be. */
const LONGEST = 255;

/** A client's text for an answer or a log line: its first 255 characters. */
export function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
