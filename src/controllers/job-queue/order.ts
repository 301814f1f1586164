/** What a queue's order resolves to, and whether it has to be written. Pure. */

import type { Environment } from "../../aws/batch.ts";
import { inTransition, isRetired, resolve } from "../compute-environment/fleet.ts";
import { orderOf } from "../compute-environment/seen.ts";
import { ownershipOf } from "../ownership.ts";
import { withoutRequestIds } from "../wording.ts";
import type { EntrySeen, Seen } from "./seen.ts";

/** AWS's limit, and that of the entries in a spec. */
const orderLimit = 3;

/** One entry, resolved against AWS. */
export interface Entry {
  readonly order: number;
  /** For messages: the object's key or the environment's name. */
  readonly label: string;
  /** What the queue shall name for it; undefined when there is nothing VALID. */
  readonly environment: Environment | undefined;
  /** What the queue names for it now; more than one only after somebody else has written the order. */
  readonly current: readonly string[];
  /** `unresolved`: the entry itself leads nowhere, whatever AWS has. */
  readonly state: "resolved" | "inTransition" | "missing" | "unresolved";
  /** Why it is not resolved. */
  readonly why: string;
}

export interface Order {
  readonly entries: readonly Entry[];
  /** The names that an update or create would send, in order; all VALID, at most three. */
  readonly names: readonly string[];
  /** The queue names something else than it shall; entries that are not VALID are no cause. */
  readonly differs: boolean;
  /** An entry that the queue names now is about to settle: a write now would lose it. */
  readonly waitsFor: Entry | undefined;
  /** It differs only because what the entries refer to is another environment now. */
  readonly follows: boolean;
  /** Entries that the queue would be without. */
  readonly missing: readonly Entry[];
}

export function orderFor(seen: Seen): Order {
  const current = orderOf(seen.queue);
  const entries = seen.entries.map((entry) => resolveEntry(entry, current, seen));
  // What is not resolved stays as it is now, so that it never causes a write.
  const ideal = entries.flatMap(({ environment, current: kept }) =>
    environment === undefined ? kept : [environment.computeEnvironmentName],
  );
  const differs = distinct(ideal).join(" ") !== current.join(" ");
  return {
    entries,
    names: sendable(entries, seen.environments),
    differs,
    waitsFor: entries.find(({ state, current: kept }) =>
      state === "unresolved" ? moving(kept, seen.environments).length > 0 : state === "inTransition" && kept.length > 0,
    ),
    follows: differs && isInOrder(current, entries),
    missing: entries.filter(({ environment }) => environment === undefined),
  };
}

/**
 * What is not resolved keeps what the queue names for it, as far as AWS would take that: a write for another entry is
 * no reason to take an environment from the jobs. Whoever has written more names than entries loses what is too much.
 */
function sendable(entries: readonly Entry[], environments: ReadonlyMap<string, Environment>): readonly string[] {
  const named = entries.map(({ environment, current }) =>
    environment === undefined
      ? current.filter((name) => environments.get(name)?.status === "VALID")
      : [environment.computeEnvironmentName],
  );
  const all = distinct(named.flat());
  const first = new Set(named.flatMap(([name]) => name ?? []));
  const further = new Set(all.filter((name) => !first.has(name)).slice(0, orderLimit - first.size));
  return all.filter((name) => first.has(name) || further.has(name));
}

/** Whether the queue names one environment for each entry that has any, in the order of the entries. */
function isInOrder(current: readonly string[], entries: readonly Entry[]): boolean {
  const due = entries.filter(({ environment, current: kept }) => environment !== undefined || kept.length > 0);
  return due.length === current.length && due.every(({ current: kept }, place) => kept.join(" ") === current[place]);
}

/** Those that AWS would not take in an order now, but may again when they have settled; each with its status. */
function moving(names: readonly string[], environments: ReadonlyMap<string, Environment>): readonly string[] {
  return names.flatMap((name) => {
    const { status } = environments.get(name) ?? {};
    return status !== undefined && inTransition({ status }) ? [`${name} is ${status}`] : [];
  });
}

/**
 * Whether jobs can start on one of these environments, or can again when AWS has carried out an update. What AWS had
 * found INVALID is UPDATING while AWS looks again: that proves nothing before it is VALID.
 */
export function anyServing(
  names: readonly string[],
  { environments, foundInvalid }: Pick<Seen, "environments" | "foundInvalid">,
): boolean {
  return names.some((name) => {
    const { state, status } = environments.get(name) ?? {};
    return state === "ENABLED" && (status === "VALID" || (status === "UPDATING" && !foundInvalid.has(name)));
  });
}

/** Whether jobs can start on one of these environments now. */
export function anyUsable(names: readonly string[], environments: ReadonlyMap<string, Environment>): boolean {
  return names.some((name) => {
    const environment = environments.get(name);
    return environment?.status === "VALID" && environment.state === "ENABLED";
  });
}

function resolveEntry(
  entry: EntrySeen,
  current: readonly string[],
  seen: Pick<Seen, "identity" | "environments">,
): Entry {
  switch (entry.kind) {
    case "unresolved":
      return unresolved(entry, current, seen);
    case "named":
      return resolveNamed(entry, current, seen.environments.get(entry.name));
    case "reference":
      return resolveReference(entry, current);
  }
}

/** What the queue names for it already, by its tags or name, stays: what leads nowhere causes no write. */
function unresolved(
  entry: Extract<EntrySeen, { kind: "unresolved" }>,
  current: readonly string[],
  { identity, environments }: Pick<Seen, "identity" | "environments">,
): Entry {
  const { order, message } = entry;
  const own = current.filter((name) => {
    if ("name" in entry) return name === entry.name;
    const { kind } = ownershipOf(environments.get(name)?.tags, { ...identity, ...entry.key });
    return kind === "ours" || kind === "retained";
  });
  return {
    order,
    label: "name" in entry ? entry.name : `${entry.key.namespace}/${entry.key.name}`,
    environment: undefined,
    current: own,
    state: "unresolved",
    why: [message, ...moving(own, environments)].join("; "),
  };
}

function resolveNamed(
  entry: Extract<EntrySeen, { kind: "named" }>,
  current: readonly string[],
  environment: Environment | undefined,
): Entry {
  const { order, name } = entry;
  const base = { order, label: name, current: current.filter((one) => one === name) };
  if (environment === undefined) {
    return { ...base, environment: undefined, state: "missing", why: `AWS has no compute environment ${name}` };
  }
  if (environment.status === "VALID") return { ...base, environment, state: "resolved", why: "" };
  const why = `${name} is ${environment.status ?? "without status"}${reasonOf(environment)}`;
  return { ...base, environment: undefined, state: inTransition(environment) ? "inTransition" : "missing", why };
}

function resolveReference(entry: Extract<EntrySeen, { kind: "reference" }>, current: readonly string[]): Entry {
  const { order, key, spec, fleet, handover } = entry;
  const all = [fleet.target, fleet.revivable, ...fleet.predecessors].filter((one) => one !== undefined);
  const names = new Set(all.map(({ computeEnvironmentName }) => computeEnvironmentName));
  const own = current.filter((name) => names.has(name));
  const base = { order, label: `${key.namespace}/${key.name}`, current: own };
  const resolution = resolve(spec, fleet, new Set(own), handover);
  switch (resolution.kind) {
    case "environment":
      return { ...base, environment: resolution.environment, state: "resolved", why: "" };
    case "inTransition": {
      const { computeEnvironmentName: name, status } = resolution.environment;
      return { ...base, environment: undefined, state: "inTransition", why: `${name} is ${status ?? "in transition"}` };
    }
    case "none": {
      const [first] = all.filter((environment) => !isRetired(environment));
      const why =
        first === undefined
          ? "it has no compute environment in AWS yet"
          : `${first.computeEnvironmentName} is ${first.state ?? "without state"} and ${first.status ?? "without status"}${reasonOf(first)}`;
      return { ...base, environment: undefined, state: "missing", why };
    }
  }
}

function reasonOf(environment: Environment): string {
  return environment.status === "INVALID" && environment.statusReason !== undefined
    ? `: ${withoutRequestIds(environment.statusReason)}`
    : "";
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
