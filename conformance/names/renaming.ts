/** The table's names in an account, and an account's answers in the table's names. Pure. */

import type { Outcome } from "../facts/compare.ts";
import type { Call } from "../facts/row.ts";
import { type Key, rewritten, written } from "./references.ts";

/** A run in an account. Everything that it makes is tagged `tagKey: run` and has its prefix. */
export interface Run {
  /** e.g. `k3f9x2`. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** For `subnet-1` and `sg-1` of the table. */
  readonly subnet: string;
  readonly securityGroup: string;
}

/** A run before it has a network. */
export type NewRun = Omit<Run, "subnet" | "securityGroup">;

/** Which of several resources of one name: empty for the shared stage, otherwise `idle-`, or e.g. `r17-`. */
export type Place = (key: Key) => string;

export const tagKey = "aws-batch-conformance";
/** The path of the roles of all runs. */
export const rolePath = `/${tagKey}/`;
/** The roles of the table that a run makes; `ecsInstanceRole` with an instance profile of the same name. */
export const roleNames = ["batch", "ecsTaskExecutionRole", "ecsInfrastructureRole", "ecsInstanceRole"] as const;
/** The role of a story, made when AWS has missed it. */
export const lateRole = "late";
export const instanceRole = "ecsInstanceRole";

/** How the names of a run begin. */
export function prefixOf(run: Pick<Run, "id">): string {
  return `${tagKey}-${run.id}-`;
}

const marker = "run";

/**
 * The scheduling policy that a run makes first and removes last: by it a later run finds what is left of this one, even if that is
 * only roles.
 */
export function markerOf(run: Pick<Run, "id">): string {
  return prefixOf(run) + marker;
}

export function isMarker(name: string): boolean {
  return name.startsWith(`${tagKey}-`) && name.endsWith(`-${marker}`);
}

const makes = /^(?:Create|Register|SubmitJob)/;
const tablesArn = `:${written.region}:${written.account}:`;
const madeRole = new RegExp(`^arn:aws:iam::${written.account}:(role|instance-profile)/(${roleNames.join("|")})$`);

/** A call of the table as it is made in the account: with the run's names, and its tag on what the call makes. */
export function inAccount(call: Call, run: Run, place: Place): Call {
  const prefix = prefixOf(run);
  const renamed = rewritten(call, {
    name: (kind, name) => `${prefix}${place(`${kind}/${name}`)}${name}`,
    text(text) {
      if (text === "subnet-1") return run.subnet;
      if (text === "sg-1") return run.securityGroup;
      if (text === instanceRole) return prefix + text;
      if (!text.startsWith(`arn:${written.partition}:`)) return text;
      const [, kind, role] = madeRole.exec(text) ?? [];
      if (role !== undefined) return `arn:${run.partition}:iam::${run.account}:${kind}${rolePath}${prefix}${role}`;
      return text
        .replace(`arn:${written.partition}:`, `arn:${run.partition}:`)
        .replace(tablesArn, `:${run.region}:${run.account}:`)
        .replace(`::${written.account}:`, `::${run.account}:`);
    },
  });
  if (!makes.test(call.operation)) return renamed;
  const { tags } = renamed.input as { tags?: object | null };
  return { ...renamed, input: { ...renamed.input, tags: { ...tags, [tagKey]: run.id } } };
}

/** What came from the account in the table's names, without the run's tag: nothing of the account is left in it. */
export function inTable(outcome: Outcome, run: Run): Outcome {
  const text = (value: string): string => neutral(value, run);
  const inside = (value: unknown, member: string): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map((one) => inside(one, ""));
    // A date is an object of another class: the table knows texts and numbers only.
    if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, inner]) => !(member === "tags" && key === tagKey && inner === run.id) && key !== "$metadata")
        .map(([key, inner]) => [text(key), inside(inner, key)]),
    );
  };
  const { error, answer } = outcome;
  return {
    ...(error === undefined ? {} : { error: { ...error, message: text(error.message) } }),
    ...(answer === undefined ? {} : { answer: inside(answer, "") as object }),
  };
}

/** A text from the account, with the table's names instead of the account's. */
export function neutral(text: string, run: Run): string {
  return text
    .replaceAll(rolePath.slice(1) + prefixOf(run), "")
    .replaceAll(new RegExp(`${prefixOf(run)}(?:idle-|r\\d+-)?`, "g"), "")
    .replaceAll(run.account, written.account)
    .replaceAll(run.region, written.region)
    .replaceAll(`arn:${run.partition}:`, `arn:${written.partition}:`)
    .replaceAll(run.subnet, "subnet-1")
    .replaceAll(run.securityGroup, "sg-1");
}
