import { quantitySetTag } from "../../../src/controllers/ownership/ownership.ts";
import { jsonEqual } from "../../../src/runtime/json-equal.ts";
import type { CallRecord } from "../../../src/simulator/wire.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { driftSeenMs, isOperatorWrite, nameOf, unseenMs } from "./reading.ts";

/** Members that AWS requires in addition to the changed ones, so they may be sent unchanged (list of the update requests). */
const alwaysSent: ReadonlySet<string> = new Set(["computeEnvironment", "jobQueue", "state", "schedulingPolicyArn"]);
/** Members that name what is updated. */
const naming: ReadonlySet<string> = new Set([
  "computeEnvironment",
  "jobQueue",
  "serviceEnvironment",
  "arn",
  "consumableResource",
  "quotaShareArn",
  "operation",
  "clientToken",
]);

/** The members of the update that asks AWS to validate again. */
const asksAgain: ReadonlySet<string> = new Set(["computeResources.maxvCpus", "state", "serviceRole"]);

/**
 * Promise 7. An update sends the changed fields and those that AWS requires in addition. Each field in an update of ours
 * differs from what AWS has at that instant, but for the few that AWS demands.
 *
 * Not against it: the update that asks AWS to validate an INVALID environment again, which is documented to change
 * nothing, also when AWS has found it VALID by itself since the last listing; a quantity, while AWS's total follows the
 * jobs that end; what became equal by a write of ours within `unseenMs`, which no read could have shown, or by somebody
 * else's since the last listing; and what was on the wire when its writer was stopped, and lands when another has long
 * taken over and done the same (promise 8 cannot be had for such bytes).
 */
export const onlyWhatChanged: OracleFactory = (watched) => {
  /** By name: versions of the record. */
  const past = new Map<string, Version[]>();
  /** By name: until when AWS was known to have found it INVALID. */
  const invalidUntil = new Map<string, number>();
  const note = (cause?: CallRecord): void => {
    const unseenForMs = cause?.by === "operator" ? unseenMs : driftSeenMs;
    const now = watched.clock.monotonic();
    for (const [name, record] of records(watched)) {
      const versions = past.get(name) ?? [];
      // Hours may lie between two changes: what was INVALID before this one was so until now.
      if ([versions.at(-1)?.record, record].some((one) => one?.["status"] === "INVALID")) invalidUntil.set(name, now);
      if (versions.at(-1)?.record !== record) versions.push({ at: now, record, unseenForMs });
      while (isSeen(versions[1], now)) versions.shift();
      past.set(name, versions);
    }
  };
  return {
    name: "7 only what changed",
    onAws(_change, cause) {
      note(cause);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "after" || !isOperatorWrite(call) || !call.operation.startsWith("Update")) return undefined;
      note();
      const input = call.input as Readonly<Record<string, unknown>>;
      const given = [...naming].map((key) => input[key]).find((one) => one !== undefined);
      const name = nameOf(given as string | undefined);
      const versions = past.get(name) ?? [];
      const healed = watched.clock.monotonic() - (invalidUntil.get(name) ?? Number.NEGATIVE_INFINITY);
      if (healed <= driftSeenMs && sentMembers(input).every(({ path }) => asksAgain.has(path))) return undefined;
      if (versions.some(({ record }) => record["status"] === "INVALID")) return undefined;
      if (versions.some(({ record }) => record["total"] !== versions.at(-1)?.record["total"])) return undefined;
      const same = sentMembers(input).find(({ path, value }) =>
        versions.every(({ record }) => isSame(value, memberOf(record, path))),
      );
      const members = sentMembers(input);
      if (same === undefined) return undefined;
      if (members.length > 1 && alwaysSent.has(same.path)) return undefined;
      if (watched.lease()?.holder !== watched.callerOf(call)?.name) return undefined;
      return `${call.operation} ${name} sends ${same.path} = ${JSON.stringify(same.value)}, which AWS has already`;
    },
  };
};

interface Version {
  /** When it came to be. */
  readonly at: number;
  readonly record: Readonly<Record<string, unknown>>;
  /** For how long the operator may not have seen it: its own writes it asks for, others' come with the next listing. */
  readonly unseenForMs: number;
}

function isSeen(version: Version | undefined, now: number): boolean {
  return version !== undefined && version.at < now - version.unseenForMs;
}

function records({ aws }: Watched): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  return [
    ...aws.truth.computeEnvironments().map((one) => [one.computeEnvironmentName, { ...one }] as const),
    ...aws.truth.jobQueues().map((one) => [one.jobQueueName, { ...one }] as const),
    ...aws.truth.schedulingPolicies().map((one) => [one.name, { ...one }] as const),
    ...aws.truth.serviceEnvironments().map((one) => [one.serviceEnvironmentName, { ...one }] as const),
    ...aws.truth.quotaShares().map((one) => [one.quotaShareName, { ...one }] as const),
    ...aws.truth
      .consumableResources()
      .map((one) => [one.consumableResourceName, { quantity: knownQuantity(one), total: one.totalQuantity }] as const),
  ];
}

/**
 * The quantity that need not be set again; undefined: nobody can know it. AWS shows its total, and what it was asked for last
 * only our note says. A new token sets a NON_REPLENISHABLE one also to the quantity that it has.
 */
function knownQuantity(one: ReturnType<Watched["aws"]["truth"]["consumableResources"]>[number]): number | undefined {
  const { resourceType, totalQuantity, setQuantity = totalQuantity, tags } = one;
  const noted = tags?.[quantitySetTag];
  if (resourceType === "NON_REPLENISHABLE") return undefined;
  if (noted === undefined) return totalQuantity;
  return noted === String(setQuantity) ? setQuantity : undefined;
}

function sentMembers(input: Readonly<Record<string, unknown>>): { path: string; value: unknown }[] {
  return Object.entries(input).flatMap(([key, value]) => {
    if (naming.has(key)) return [];
    if (key !== "computeResources") return [{ path: key, value }];
    return Object.entries(value as object).map(([inner, sent]: [string, unknown]) => ({
      path: `computeResources.${inner}`,
      value: sent,
    }));
  });
}

function memberOf(record: Readonly<Record<string, unknown>>, path: string): unknown {
  const [outer = "", inner] = path.split(".");
  const value = record[outer];
  return inner === undefined ? value : (value as Readonly<Record<string, unknown>> | undefined)?.[inner];
}

function isSame(sent: unknown, has: unknown): boolean {
  if (Array.isArray(sent) && Array.isArray(has) && sent.every((one) => typeof one === "string")) {
    return jsonEqual(sent.map(String).sort(), has.map(String).sort());
  }
  if (isOrder(sent) && isOrder(has)) return jsonEqual(sent.map(environmentIn), has.map(environmentIn));
  return jsonEqual(sent, has);
}

interface OrderEntry {
  readonly computeEnvironment: string;
}

function isOrder(value: unknown): value is readonly OrderEntry[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => (one as OrderEntry).computeEnvironment !== undefined)
  );
}

/** AWS is sent names and describes ARNs. */
function environmentIn({ computeEnvironment }: OrderEntry): string {
  return nameOf(computeEnvironment);
}
