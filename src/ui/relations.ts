import type { Item, Referenced } from "../cli/ui/model.ts";

/** Relations between objects that the drawing has no lines for. Pure. */

/** Several objects use one of these, and none is a place where jobs run. */
const sharedKinds: ReadonlySet<string> = new Set(["SchedulingPolicy", "ConsumableResource"]);

/** What an object uses together with others; of a quota share, the queue that it is a share of. */
export function sharedIn({ kind: user, references }: Item): readonly Referenced[] {
  return references.filter(({ kind }) => sharedKinds.has(kind) || user === "QuotaShare");
}

/** By ID of such an object: those that use it. */
export type Users = ReadonlyMap<string, readonly Item[]>;

export function usersIn(items: Readonly<Record<string, Item>>): Users {
  const users = new Map<string, Item[]>();
  for (const item of Object.values(items)) {
    for (const { id = "" } of sharedIn(item)) users.set(id, [...(users.get(id) ?? []), item]);
  }
  return users;
}

/** The name of an object, as another one of the same or another namespace calls it. */
export function labelFrom(from: Item, { namespace, name }: Item): string {
  return namespace === from.namespace ? name : `${namespace}/${name}`;
}
