import { hash } from "node:crypto";

/** JSON with sorted keys and without undefined members: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== "object" || Array.isArray(member)) return member;
    return Object.fromEntries(
      Object.entries(member)
        .filter(([, child]) => child !== undefined)
        .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
    );
  });
}

/** The first `digits` hex digits of the SHA-256 of a value's canonical JSON. */
export function shortHash(value: unknown, digits = 8): string {
  return hash("sha256", canonicalJson(value)).slice(0, digits);
}
