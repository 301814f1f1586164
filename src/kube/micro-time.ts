/**
 * `metav1.MicroTime`: RFC 3339 with exactly six digits of a second; the API server rejects any other number.
 * Microseconds are kept as fractions of a millisecond, which a number holds exactly enough until the year 2255.
 */

/** @param at milliseconds since the epoch */
export function microTime(at: number): string {
  const micros = Math.round(at * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/**
 * Milliseconds since the epoch.
 * @throws RangeError if the text is not a time
 */
export function fromMicroTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(seconds)) throw new RangeError(`"${text}" is not a time`);
  return seconds + Number((match?.[2] ?? "").padEnd(6, "0").slice(0, 6)) / 1000;
}
