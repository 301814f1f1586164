import type { Item, State } from "../cli/ui/model.ts";

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

export const allStates: readonly State[] = ["Failed", "InProgress", "Unknown", "Terminating", "Current"];

/** Whether the map shows an object. Pure. */
export function isShown(item: Item, { text, states, namespace }: Filter): boolean {
  if (namespace !== undefined && item.namespace !== namespace) return false;
  if (states.length > 0 && !states.includes(item.state)) return false;
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return true;
  const parts = item.environments.map(({ name }) => name);
  const about = [item.kind, item.namespace, item.name, item.awsName ?? "", item.reason, item.message, ...item.facts];
  const haystack = [...about, ...parts].join(" ").toLowerCase();
  return words.every((word) => haystack.includes(word));
}

export function countsByState(items: readonly Item[]): ReadonlyMap<State, number> {
  const counts = new Map<State, number>();
  for (const { state } of items) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
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

/** The shown objects by namespace; groups with a failed object first, then by name. Pure. */
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
  return Math.min(...itemsOf(group).map(({ state }) => (state === "Failed" ? 0 : 1)));
}

/** With more objects than this, only the namespaces with a failed object begin open. */
const manyObjects = 120;

/** Whether a namespace begins open. Pure. */
export function beginsOpen(group: Group, shown: number): boolean {
  return shown <= manyObjects || severity(group) === 0;
}
