/** Text that others wrote (AWS, a manifest, an image registry), made safe to display. Pure. */

/** Controls, and characters without a shape of their own: escape sequences, line breaks, bidi, zero width. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * The text with visible escapes in place of characters that a terminal obeys or that nobody sees, e.g. `\u001b`, `\n`,
 * `\u202e`. In JSON of one line these are the escapes of JSON, so its meaning stays.
 */
export function visible(text: string): string {
  return text.replace(unseen, (character) => shortEscapes.get(character) ?? escaped(character));
}

/** A line of a log: as `visible`, but its tabs stay. */
export function visibleLine(text: string): string {
  return text.split("\t").map(visible).join("\t");
}

/** Each half of a character that takes two, as in JSON. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** A copy of plain data, lists and Maps with every text in it made visible; other objects are returned as they are. */
export function visibleIn<T>(value: T): T;
export function visibleIn(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (Array.isArray(value)) return value.map((item: unknown) => visibleIn(item));
  if (value instanceof Map) return new Map([...value].map((entry) => visibleIn(entry)));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [visible(key), visibleIn(member)]));
}

/** A value as one line of JSON, with its line break. */
export function jsonLine(value: unknown): string {
  return `${visible(JSON.stringify(value))}\n`;
}
