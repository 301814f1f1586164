/** What AWS, or an endpoint in its place, may say of a moment. */

/** The most that ECMAScript's Date takes, in ms from 1970 in both directions (ECMA-262, "Time Values and Time Range"). */
const farthestMs = 8.64e15;

/** RFC 3339 of a moment in wall ms; undefined: none, which AWS also writes as 0, or nothing that is a moment. Pure. */
export function momentOf(ms: number | undefined): string | undefined {
  if (typeof ms !== "number" || ms === 0 || !(Math.abs(ms) <= farthestMs)) return undefined;
  return new Date(ms).toISOString();
}
