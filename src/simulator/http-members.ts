import type { AttemptCourse, PlannedOutcome } from "./outcome.ts";
import { Refusal } from "./refusals.ts";

/** Readers of the members of a body; each throws a Refusal for a member of another type, or without it and a fallback. */
export function membersOf(body: object) {
  const given = body as Readonly<Record<string, unknown>>;
  return {
    text(key: string, fallback?: string): string {
      const value = given[key] ?? fallback;
      if (typeof value !== "string") throw mistyped(key, "a string");
      return value;
    },
    number(key: string, fallback?: number): number {
      const value = given[key] ?? fallback;
      if (typeof value !== "number") throw mistyped(key, "a number");
      return value;
    },
  };
}

const ends: readonly string[] = ["Exit", "InstanceLost", "NotStarted"] satisfies AttemptCourse["end"][];

/** The members of an attempt in a body. @throws Refusal */
export function courseIn(body: object): AttemptCourse {
  const given = body as Readonly<Record<string, unknown>>;
  const read = <T>(key: keyof AttemptCourse, is: (value: unknown) => value is T, words: string): object => {
    const value = given[key];
    if (value === undefined) return {};
    if (!is(value)) throw mistyped(key, words);
    return { [key]: value };
  };
  const isText = (value: unknown): value is string => typeof value === "string";
  const isCount = (value: unknown): value is number => typeof value === "number" && value >= 0;
  const isEnd = (value: unknown): value is string => isText(value) && ends.includes(value);
  const isLog = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
  return {
    ...read("durationMs", isCount, "a number from 0"),
    ...read("exitCode", isCount, "a number from 0"),
    ...read("reason", isText, "a string"),
    ...read("statusReason", isText, "a string"),
    ...read("end", isEnd, `one of ${ends.join(", ")}`),
    ...read("log", isLog, "a list of strings"),
  };
}

const courseMembers: readonly string[] = [
  "durationMs",
  "exitCode",
  "reason",
  "statusReason",
  "end",
  "log",
] satisfies (keyof AttemptCourse)[];

/** A misspelt member would plan nothing, and nobody would notice. */
function refuseOthers(body: object, members: readonly string[]): void {
  const other = Object.keys(body).find((key) => !members.includes(key));
  if (other === undefined) return;
  throw new Refusal("SerializationException", 400, `there is no ${other}: the members are ${members.join(", ")}`);
}

/** @throws Refusal */
export function outcomeIn(body: object): PlannedOutcome {
  refuseOthers(body, ["job", "indices", "attempts"]);
  const { attempts, indices } = body as Readonly<Record<string, unknown>>;
  if (!Array.isArray(attempts) || attempts.length === 0 || !attempts.every(isObject)) {
    throw mistyped("attempts", "a list of objects, one for each attempt");
  }
  if (indices !== undefined && !(Array.isArray(indices) && indices.every(Number.isInteger))) {
    throw mistyped("indices", "a list of whole numbers");
  }
  for (const attempt of attempts) refuseOthers(attempt as object, courseMembers);
  return {
    job: membersOf(body).text("job"),
    attempts: attempts.map(courseIn),
    ...(indices === undefined ? {} : { indices: indices as number[] }),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function mistyped(key: string, words: string): Refusal {
  return new Refusal("SerializationException", 400, `${key} must be ${words}`);
}
