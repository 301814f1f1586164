/** What a queue's order resolves to, and whether it has to be written. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import { orderOf } from "../../draining/queue-order.ts";
import { isRetired } from "../../draining/retired.ts";
import { isNamedBy, isOfCluster, ownerIn, retiredAtTag } from "../../ownership/ownership.ts";
import { withoutRequestIds } from "../../wording.ts";
import { inTransition, resolve } from "../compute-environment/environment-set.ts";
import { isProven } from "../compute-environment/verdict.ts";
import { anyServing } from "./places.ts";
import type { EntrySeen, Seen } from "./seen.ts";

/** AWS's limit, and that of the entries in a spec. */
const orderLimit = 3;

/** One entry, resolved against AWS. */
export interface OrderEntry {
  readonly order: number;
  /** For messages: the object's key or the environment's name. */
  readonly label: string;
  /** What the queue shall name for it; undefined when there is nothing VALID. */
  readonly environment: Environment | undefined;
  /** What the queue names for it now; more than one only after somebody else has written the order. */
  readonly current: readonly string[];
  /**
   * `unresolved`: the entry itself leads nowhere, whatever AWS has. `retiring`: its owner may be taking it out of service,
   * and when that owner has gone nothing wakes the queue.
   */
  readonly state: "resolved" | "inTransition" | "missing" | "retiring" | "unresolved";
  /** It refers to an object of which the queue names nothing, and there is nothing VALID to name. */
  readonly vacant: boolean;
  /** Why it is not resolved. */
  readonly why: string;
}

/** A position of the order, with or without an entry. */
type OrderPosition = Pick<OrderEntry, "environment" | "current">;

export interface Order {
  readonly entries: readonly OrderEntry[];
  /**
   * Names in the queue's order that belong to no entry and to no object of this cluster, while an entry is vacant. They
   * stay: one of them may be what that entry means, or is to take the place of.
   */
  readonly strays: readonly string[];
  /** The names that an update or create would send, in order; all VALID, at most three. */
  readonly names: readonly string[];
  /** The queue names something else than it shall; entries that are not VALID do not cause a write. */
  readonly differs: boolean;
  /** The environment that the queue names is changing its status: a write now would lose it. */
  readonly waitsFor: Pick<OrderEntry, "label" | "why"> | undefined;
  /** It differs only because what the entries refer to is another environment now. */
  readonly follows: boolean;
  /** Entries that the queue would be without. */
  readonly missing: readonly OrderEntry[];
}

export function orderFor(seen: Seen): Order {
  const current = orderOf(seen.record);
  return ordered(
    seen.entries.map((entry) => resolveEntry(entry, current, seen)),
    seen,
  );
}

/**
 * The order that AWS has, for as long as that of the spec cannot be written: what it names goes over to successors, for
 * otherwise their objects wait for a queue that may wait for the very room that their predecessors take.
 *
 * @param desired the order of the spec
 */
export function keptOrder(desired: Order, seen: Seen): Order {
  const current = orderOf(seen.record);
  const known = [...desired.entries, ...seen.leaving.map((entry) => resolveEntry(entry, current, seen))];
  const places = current.map(
    (name) =>
      known.find((entry) => entry.current.includes(name)) ??
      resolveNamed({ kind: "named", order: 0, name, owner: "nowhere" }, current, seen.environments.get(name)),
  );
  return ordered([...new Set(places)], seen);
}

function ordered(entries: readonly OrderEntry[], seen: Seen): Order {
  const current = orderOf(seen.record);
  const strays = straysIn(current, entries, seen);
  const places = placed(entries, strays, current);
  // An entry that is not resolved stays as it is now, so that it never causes a write.
  const ideal = places.flatMap(({ environment, current: kept }) =>
    environment === undefined ? kept : [environment.computeEnvironmentName],
  );
  const differs = distinct(ideal).join(" ") !== current.join(" ");
  return {
    entries,
    strays,
    names: sendable(places, entries, seen.environments),
    differs,
    waitsFor:
      entries.find(({ state, current: kept }) =>
        state === "unresolved"
          ? moving(kept, seen.environments).length > 0
          : state === "inTransition" && kept.length > 0,
      ) ?? movingStray(strays, seen),
    follows: differs && isInOrder(current, places),
    missing: entries.filter(({ environment }) => environment === undefined),
  };
}

function straysIn(
  current: readonly string[],
  entries: readonly OrderEntry[],
  { identity, environments }: Pick<Seen, "identity" | "environments">,
): readonly string[] {
  if (!entries.some(({ vacant }) => vacant)) return [];
  const known = new Set(
    entries.flatMap(({ environment, current: kept }) => [...kept, environment?.computeEnvironmentName]),
  );
  return current.filter((name) => {
    const owner = ownerIn(environments.get(name)?.tags);
    return !known.has(name) && (owner === undefined || !isOfCluster(owner, identity.cluster));
  });
}

/** Each stray environment stays behind the same entry as now, so that it never causes a write. */
function placed(
  entries: readonly OrderEntry[],
  strays: readonly string[],
  current: readonly string[],
): readonly OrderPosition[] {
  const before = (stray: string): OrderEntry | undefined => {
    const names = current.slice(0, current.indexOf(stray)).toReversed();
    return names.flatMap((name) => entries.find(({ current: kept }) => kept.includes(name)) ?? [])[0];
  };
  const behind = (entry: OrderEntry | undefined): readonly OrderPosition[] =>
    strays.filter((name) => before(name) === entry).map((name) => ({ environment: undefined, current: [name] }));
  return [...behind(undefined), ...entries.flatMap((entry) => [entry, ...behind(entry)])];
}

/** Jobs can start on it again when AWS has carried out an update, but an order could not name it now. */
function movingStray(strays: readonly string[], seen: Seen): Order["waitsFor"] {
  const label = strays.find((name) => anyServing([name], seen) && moving([name], seen.environments).length > 0);
  return label === undefined ? undefined : { label, why: moving([label], seen.environments).join("") };
}

/**
 * What is not resolved keeps what the queue names for it, as far as AWS would take that: a write for another entry is
 * no reason to take an environment from the jobs. Whoever has written more names than entries loses what is too much:
 * of strays as many have room as there are vacant entries.
 */
function sendable(
  places: readonly OrderPosition[],
  entries: readonly OrderEntry[],
  environments: ReadonlyMap<string, Environment>,
): readonly string[] {
  const sent = ({ environment, current }: OrderPosition): readonly string[] =>
    environment === undefined
      ? current.filter((name) => environments.get(name)?.status === "VALID")
      : [environment.computeEnvironmentName];
  const all = distinct(places.flatMap(sent));
  const first = new Set(entries.flatMap((entry) => sent(entry).slice(0, 1)));
  const further = new Set(all.filter((name) => !first.has(name)).slice(0, orderLimit - first.size));
  return all.filter((name) => first.has(name) || further.has(name));
}

/** Whether the queue names one environment for each place that has any, in the order of the places, and each once. */
function isInOrder(current: readonly string[], places: readonly OrderPosition[]): boolean {
  const due = places.filter(({ environment, current: kept }) => environment !== undefined || kept.length > 0);
  const kept = distinct(due.map(({ current: names }) => names.join(" ")));
  return kept.length === current.length && kept.every((name, place) => name === current[place]);
}

/** Those that AWS would not take in an order now, but may again when they have settled; each with its status. */
function moving(names: readonly string[], environments: ReadonlyMap<string, Environment>): readonly string[] {
  return names.flatMap((name) => {
    const { status } = environments.get(name) ?? {};
    return status !== undefined && inTransition({ status }) ? [`${name} is ${status}`] : [];
  });
}

function resolveEntry(
  entry: EntrySeen,
  current: readonly string[],
  seen: Pick<Seen, "identity" | "environments">,
): OrderEntry {
  switch (entry.kind) {
    case "unresolved":
      return unresolved(entry, current, seen);
    case "named":
      return resolveNamed(entry, current, seen.environments.get(entry.name));
    case "reference":
      return resolveReference(entry, current);
  }
}

/** What the queue names for it already, by tags or name, stays: an unresolved entry causes no write. */
function unresolved(
  entry: Extract<EntrySeen, { kind: "unresolved" }>,
  current: readonly string[],
  { identity, environments }: Pick<Seen, "identity" | "environments">,
): OrderEntry {
  const { order, message } = entry;
  const own = current.filter((name) => {
    if ("name" in entry) return name === entry.name;
    return isNamedBy(environments.get(name)?.tags, { ...identity, ...entry.key });
  });
  return {
    order,
    label: "name" in entry ? entry.name : `${entry.key.namespace}/${entry.key.name}`,
    environment: undefined,
    current: own,
    state: "unresolved",
    vacant: "key" in entry && own.length === 0,
    why: [message, ...moving(own, environments)].join("; "),
  };
}

function resolveNamed(
  entry: Extract<EntrySeen, { kind: "named" }>,
  current: readonly string[],
  environment: Environment | undefined,
): OrderEntry {
  const { order, name } = entry;
  const base = { order, label: name, current: current.filter((one) => one === name), vacant: false };
  if (environment === undefined) {
    return { ...base, environment: undefined, state: "missing", why: `AWS has no compute environment ${name}` };
  }
  if (entry.owner === "deleting" && base.current.length === 0) {
    const { namespace, name: owner } = ownerIn(environment.tags) ?? {};
    const why = `${namespace}/${owner}, which has it, is being deleted${untilLeft}`;
    return { ...base, environment: undefined, state: "retiring", why };
  }
  // The process that takes it out of service may not see this queue's order before it disables it.
  if (isRetired(environment) && entry.owner !== "nowhere" && base.current.length === 0) {
    const leaves = `${name} is being taken out of service`;
    const why = entry.owner === "here" ? leaves : `${leaves}${untilUnmarked(environment)}`;
    return { ...base, environment: undefined, state: "retiring", why };
  }
  if (environment.status === "VALID") return { ...base, environment, state: "resolved", why: "" };
  const why = `${name} is ${environment.status ?? "without status"}${reasonOf(environment)}`;
  return { ...base, environment: undefined, state: inTransition(environment) ? "inTransition" : "missing", why };
}

const untilLeft = ": put another environment into spec.computeEnvironmentOrder";

/** Its object is not known here: only a person knows whether it was deleted. */
function untilUnmarked({ tags }: Environment): string {
  const { cluster, namespace, name } = ownerIn(tags) ?? {};
  return ` by ${namespace}/${name} of cluster ${cluster}, as its tag ${retiredAtTag} says: if that object no longer exists, remove the tag`;
}

function resolveReference(entry: Extract<EntrySeen, { kind: "reference" }>, current: readonly string[]): OrderEntry {
  const { order, key, spec, set, handover, deleting } = entry;
  const all = [set.target, set.revivable, ...set.predecessors].filter((one) => one !== undefined);
  const names = new Set(all.map(({ computeEnvironmentName }) => computeEnvironmentName));
  const own = current.filter((name) => names.has(name));
  const base = { order, label: `${key.namespace}/${key.name}`, current: own, vacant: own.length === 0 };
  // Its deletion would wait for the queue, or go on without seeing that it is named.
  const left: OrderEntry = {
    ...base,
    environment: undefined,
    state: "missing",
    why: `it is being deleted${untilLeft}`,
  };
  if (deleting && base.vacant) return left;
  const resolution = resolve(spec, set, new Set(own), handover);
  switch (resolution.kind) {
    case "environment":
      if (deleting && !own.includes(resolution.environment.computeEnvironmentName)) return left;
      return { ...base, environment: resolution.environment, state: "resolved", vacant: false, why: "" };
    case "inTransition": {
      const { computeEnvironmentName: name, status } = resolution.environment;
      return { ...base, environment: undefined, state: "inTransition", why: `${name} is ${status ?? "in transition"}` };
    }
    case "none": {
      const [first] = all.filter((environment) => !isRetired(environment));
      const why =
        first === undefined
          ? "it has no compute environment in AWS yet"
          : !isProven(spec, first)
            ? `${first.computeEnvironmentName} is not verified yet (spec.replacement.verify)`
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
