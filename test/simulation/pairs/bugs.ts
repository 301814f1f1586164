import type { Bug } from "../bugs/bugs.ts";

/** Deliberate bugs of two controllers that write resources of one another's, and the story of the pair that shows each. */
export interface PairBug extends Pick<Bug, "name" | "changes"> {
  readonly story: string;
}

/** Each story runs with these. */
export const seeds: readonly number[] = [1, 2, 3];

const one = (name: string, story: string, file: string, was: string, becomes: string): PairBug => ({
  name,
  story,
  changes: [{ file: `controllers/${file}`, was, becomes }],
});

export const pairBugs: readonly PairBug[] = [
  one(
    "take what is DISABLED for what nobody enables, of service environments",
    "a queue does not leave a service environment that is about to be enabled again",
    "kinds/job-queue/places.ts",
    "if (names.some((name) => places.enabling.has(name))) return true;",
    "",
  ),
  one(
    "disable a service environment without waiting for its mark",
    "a service environment is not disabled while a queue that a stale read does not show names it",
    "kinds/service-environment/delete.ts",
    'if (settlesMs > 0 && status !== "INVALID") return confirming(settlesMs);',
    "",
  ),
  {
    name: "name a service environment that has been marked",
    story: "a queue comes to name no service environment that has been marked",
    changes: [
      {
        file: "controllers/kinds/job-queue/service-order.ts",
        was: "if (service.retiring) return waits(",
        becomes: "if (service.retiring && target === '') return waits(",
      },
      {
        file: "controllers/kinds/job-queue/act.ts",
        was: "if (leaves !== undefined) throw",
        becomes: "if (leaves === '') throw",
      },
      {
        file: "controllers/references/reference.ts",
        was: "if (owner !== undefined && ports.objects.get(kind, owner)?.metadata.deletionTimestamp !== undefined) {",
        becomes: "if (owner !== undefined && ports.objects.get(kind, owner) === null) {",
      },
    ],
  },
  one(
    "wait for what a reference leads to until something wakes the object",
    "a queue is made within three minutes of the service environment that the other shard makes for it",
    "references/reference.ts",
    "checkInMs: unwatchedCheckMs,",
    "",
  ),
  {
    name: "delete a shared role with the first who used it",
    story: "a role that environments of two shards share outlives the first of them",
    changes: [
      {
        file: "controllers/kinds/batch-role/users.ts",
        was: "if (referring.length > 0) return",
        becomes: "if (referring.length > 99) return",
      },
      {
        file: "controllers/kinds/batch-role/users.ts",
        was: "if (users.length > 0) return",
        becomes: "if (users.length > 99) return",
      },
    ],
  },
  one(
    "delete a consumable under the definitions that name it",
    "a consumable that a definition of the other shard names stays while it is deleted",
    "kinds/consumable-resource.ts",
    "if (users.length > 0) {",
    "if (users.length > 99) {",
  ),
  {
    name: "delete a queue with the quota shares that are in it",
    story: "a queue stays while a quota share of the other shard is in it",
    changes: [
      {
        file: "controllers/kinds/job-queue/jobs-seen.ts",
        was: 'return "kind" in names ? names : { kind: "read", names: names.toSorted() };',
        becomes: 'return "kind" in names ? names : { kind: "read", names: [] };',
      },
    ],
  },
];
