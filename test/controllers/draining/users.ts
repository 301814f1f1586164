import type { QueueUser } from "../../../src/controllers/draining/queue-users.ts";

/** Queues with objects that name the resource. */
export function usedBy(...names: readonly string[]): readonly QueueUser[] {
  return names.map((name) => ({ name, state: "byObject" }));
}
