/** Where an answer differs from a fact. Pure. */

import { type Expected, Pattern } from "./row.ts";

/** What came over the wire, whoever asked. */
export interface Outcome {
  /** Undefined for an answer that is not an error. */
  readonly error?: { readonly name: string; readonly status: number; readonly message: string };
  readonly answer?: object;
}

/** One place in which an answer differs, each side as a text. */
export interface Difference {
  /** `exception`, `status`, `text`, `wrapper`, or the path of a member, e.g. `jobQueues.0.state`. */
  readonly where: string;
  readonly expected: string;
  readonly seen: string;
}

const wrapper = /^Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}$/s;

/** Empty: the outcome is what the fact says. */
export function differencesOf(expected: Expected, { error, answer }: Outcome): readonly Difference[] {
  if (expected.kind === "answered") {
    if (error !== undefined) {
      return [{ where: "exception", expected: "an answer", seen: `${error.status} ${error.name}: ${error.message}` }];
    }
    const lacked = expected.lacks.flatMap((path): Difference[] => {
      const found = memberAt(answer, path);
      return found === undefined ? [] : [{ where: path, expected: "nothing", seen: textOf(found) }];
    });
    return [...inMembers(expected.has, answer ?? {}, ""), ...lacked];
  }
  if (error === undefined) {
    return [{ where: "exception", expected: `${expected.name}: ${expected.text}`, seen: "an answer" }];
  }
  const inner = innerText(error.message);
  const sides = [
    ["exception", expected.name, error.name],
    ["status", String(expected.status), String(error.status)],
    ["text", expected.text, inner ?? error.message],
    ["wrapper", presence(expected.wrapped), presence(inner !== undefined)],
  ] as const;
  return sides.filter(([, one, other]) => one !== other).map(([where, one, seen]) => ({ where, expected: one, seen }));
}

/** What Batch's wrapper says inside; undefined: the text has no wrapper. */
export function innerText(message: string): string | undefined {
  return wrapper.exec(message)?.[1];
}

function presence(isThere: boolean): string {
  return isThere ? "Error executing request, Exception : …" : "none";
}

/** Objects may have more members than expected, lists no more entries. */
function inMembers(expected: unknown, seen: unknown, where: string): readonly Difference[] {
  if (expected instanceof Pattern) {
    return expected.holds(seen) ? [] : [{ where, expected: expected.text, seen: textOf(seen) }];
  }
  const differs: readonly Difference[] = [{ where, expected: textOf(expected), seen: textOf(seen) }];
  if (expected === null || typeof expected !== "object") return Object.is(expected, seen) ? [] : differs;
  if (seen === null || typeof seen !== "object" || Array.isArray(expected) !== Array.isArray(seen)) return differs;
  if (Array.isArray(expected) && expected.length !== Object.keys(seen).length) return differs;
  return Object.entries(expected).flatMap(([member, value]) =>
    inMembers(value, (seen as Readonly<Record<string, unknown>>)[member], where === "" ? member : `${where}.${member}`),
  );
}

/** The value at a path such as `jobQueues.0.state`; undefined: there is none. */
export function memberAt(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (inner, member) =>
        inner !== null && typeof inner === "object" && Object.hasOwn(inner, member)
          ? (inner as Readonly<Record<string, unknown>>)[member]
          : undefined,
      value,
    );
}

function textOf(value: unknown): string {
  if (value === undefined) return "nothing";
  return JSON.stringify(value, (_member, inner: unknown) => (inner instanceof Pattern ? inner.text : inner));
}
