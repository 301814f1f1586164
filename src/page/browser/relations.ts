import type { Item, Referenced } from "../server/model.ts";

/** Relations between objects that the drawing has no lines for. Pure. */

/** What an object uses together with others; of a quota share, the queue that it is a share of. */
export function sharedIn({ references }: Item): readonly Referenced[] {
  return references.filter(({ use }) => use !== undefined);
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
