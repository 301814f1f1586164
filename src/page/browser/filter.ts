import { allStates, type Item, type State, statesForPersons } from "../server/model.ts";
import { stateWords } from "./state-words.ts";

/** Which objects the map shows. */
export interface Filter {
  /** Words that must all occur in what the map shows of an object. */
  readonly text: string;
  /** Empty: all. */
  readonly states: readonly State[];
  /** Undefined: all. */
  readonly namespace: string | undefined;
}

export const everything: Filter = { text: "", states: [], namespace: undefined };

/** Whether the map shows an object. Pure. */
export function isShown(item: Item, { text, states, namespace }: Filter): boolean {
  if (namespace !== undefined && item.namespace !== namespace) return false;
  if (states.length > 0 && !states.includes(item.state)) return false;
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return true;
  const haystack = textsOf(item).join(" ").toLowerCase();
  return words.every((word) => haystack.includes(word));
}

/** All that the map shows of an object in words. */
function textsOf(item: Item): readonly string[] {
  const { kind, namespace, name, awsName = "", state, reason, message, facts } = item;
  return [
    kind,
    namespace,
    name,
    awsName,
    stateWords[state],
    reason,
    message,
    ...facts,
    ...item.warnings.flatMap((warning) => [`${warning.type}: ${warning.reason}`, warning.message]),
    ...item.environments.flatMap((part) => [part.name, part.step ?? part.role, part.status ?? ""]),
    ...item.references.map(({ label }) => label),
    ...(item.jobs?.counts ?? []).flatMap(({ status, count }) => (count === "0" ? [] : [status])),
  ];
}

/** How many objects are in each state, the first to check first; states without any are left out. */
export function countsByState(items: readonly Item[]): ReadonlyMap<State, number> {
  const counts = Map.groupBy(items, ({ state }) => state);
  return new Map(
    allStates.flatMap((state) => {
      const some = counts.get(state);
      return some === undefined ? [] : [[state, some.length]];
    }),
  );
}

/** Whether the jobs of queues start in objects of a kind. */
export function isEnvironment(kind: string): boolean {
  return kind === "BatchComputeEnvironment" || kind === "ServiceEnvironment";
}

/** The objects of a namespace that the map shows. */
export interface Group {
  readonly namespace: string;
  readonly queues: readonly Item[];
  readonly environments: readonly Item[];
  /** Objects of the other kinds. */
  readonly others: readonly Item[];
}

/** The shown objects by namespace; groups in which a person must act first, then by name. Pure. */
export function groupsOf(items: readonly Item[], filter: Filter): readonly Group[] {
  const shown = items.filter((item) => isShown(item, filter));
  const groups = [...Map.groupBy(shown, ({ namespace }) => namespace)].map(([namespace, all]): Group => {
    const named = all.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    const queues = named.filter(({ kind }) => kind === "JobQueue");
    const environments = named.filter(({ kind }) => isEnvironment(kind));
    const others = named.filter((item) => !queues.includes(item) && !environments.includes(item));
    return { namespace, queues, environments, others };
  });
  return groups.toSorted(
    (left, right) => severity(left) - severity(right) || (left.namespace < right.namespace ? -1 : 1),
  );
}

export function itemsOf({ queues, environments, others }: Group): readonly Item[] {
  return [...queues, ...environments, ...others];
}

function severity(group: Group): number {
  return Math.min(...itemsOf(group).map(urgency));
}

/** How soon a person has to check an object: 0 is the first. */
export function urgency({ state }: Item): number {
  const place = statesForPersons.indexOf(state);
  return place < 0 ? statesForPersons.length : place;
}

/** With more objects than this, only the namespaces in which a person must act begin open. */
const manyObjects = 120;

/** Whether a namespace begins open. Pure. */
export function beginsOpen(group: Group, shown: number): boolean {
  return shown <= manyObjects || severity(group) < statesForPersons.length;
}
