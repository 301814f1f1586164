import { hash } from "node:crypto";

/** JSON with sorted keys and without undefined members: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member === null || typeof member !== "object" || Array.isArray(member)) return member;
    const children = member as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.keys(children)
        .sort()
        .map((key) => [key, children[key]]),
    );
  });
}

/** The first `digits` hex digits of the SHA-256 of a value's canonical JSON. */
export function shortHash(value: unknown, digits = 8): string {
  return hash("sha256", canonicalJson(value)).slice(0, digits);
}
