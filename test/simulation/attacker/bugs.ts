import type { Bug } from "../bugs/bugs.ts";

/** Deliberate bugs by which a tenant harms another, as `../bugs/bugs.ts` has them, and a world in which each is seen. */
export interface TenantBug extends Pick<Bug, "name" | "changes"> {
  /** Of the world with an attacker. */
  readonly seed: number;
}

const one = (name: string, seed: number, file: string, was: string, becomes: string): TenantBug => ({
  name,
  seed,
  changes: [{ file: `controllers/${file}`, was, becomes }],
});

const inFile = (name: string, seed: number, file: string, was: string, becomes: string): TenantBug => ({
  name,
  seed,
  changes: [{ file, was, becomes }],
});

export const tenantBugs: readonly TenantBug[] = [
  one(
    "take names with the prefix of another namespace",
    2,
    "ownership/naming.ts",
    "return namespaceName.test(prefix) && !isOwn ? prefix : undefined;",
    "return undefined;",
  ),
  one(
    "take an empty list for all",
    2,
    "ownership/limits.ts",
    "return lists.find(({ globs }) => !matchesAny(globs, value));",
    "return lists.find(({ globs }) => globs.length > 0 && !matchesAny(globs, value));",
  ),
  one(
    "take an environment whose object is away for nobody's",
    5,
    "references/reference.ts",
    "const object = ports.objects.get(kind, owner) as Sharing | undefined;\n  if (object === undefined) {",
    "const object = ports.objects.get(kind, owner) as Sharing | undefined;\n  if (object === undefined) {\n    if (oneOf !== '') return undefined;",
  ),
  one(
    "let every namespace use an environment",
    1,
    "references/access.ts",
    'if (from !== "Selector") return refused;',
    'if (from !== "Selector") return allowed;',
  ),
  one(
    "let a refused name claim it all the same",
    104,
    "ownership/claims.ts",
    "if (!allowed.has(one.metadata.namespace)) return false;",
    "",
  ),
  one(
    "keep listed names for nobody",
    104,
    "ownership/names.ts",
    "if (others.length === 0 || listed.includes(namespace)) return undefined;",
    "if (others.length >= 0) return undefined;",
  ),
  one(
    "act on a refused name",
    2,
    "ownership/names.ts",
    'if (name.kind === "allowed") return plan;',
    'if (name.kind !== "unread") return plan;',
  ),
  one(
    "believe the tags of an endpoint",
    1_000_000,
    "parts/endpoints/ownership.ts",
    "isOurs: (one) => isMarked(one, owner) && isProven(one),",
    "isOurs: (one) => isMarked(one, owner),",
  ),
  one(
    "take back every endpoint with the mark of Retain",
    1_000_000,
    "parts/endpoints/ownership.ts",
    "isLeft: (one) => isLeftBy(one.tags, owner) && isProven(one),",
    "isLeft: (one) => isLeftBy(one.tags, owner),",
  ),
  one(
    "believe the tags of an environment",
    1_000_003,
    "kinds/compute-environment/ownership.ts",
    'if (kind === "foreign" || kind === "otherObject" || isNameOf(baseName, name)) return environment;',
    'if (kind === "foreign" || isNameOf(baseName, name) || kind !== "foreign") return environment;',
  ),
  one(
    "judge what a job may use when its definition is registered, and never again",
    2_000_009,
    "kinds/batch-job/references.ts",
    "const held = await heldByRevision(answered, around);",
    "const held = undefined;",
  ),
  one(
    "let names that are away be named",
    2_000_014,
    "references/reference.ts",
    "return record === undefined ? refusalOfAbsent(name, thing, referring) : undefined;",
    "return undefined;",
  ),
  one(
    "let every job have a queue by its AWS name",
    2_000_009,
    "references/fixed-reference.ts",
    "if (barred !== undefined) return barred;\n  if (queue === undefined)",
    "if (queue === undefined)",
  ),
  one(
    "let what was registered by a guest keep the owner from deleting",
    2_000_025,
    "references/reference.ts",
    'if (accessTo(object, namespace, labels).kind !== "refused") users.push',
    "users.push",
  ),
  one(
    "take the roles of what is registered for allowed",
    2_000_009,
    "kinds/batch-job/revision-rights.ts",
    "if (held !== undefined) return held;",
    'if (held?.kind === "waiting") return held;',
  ),
  one(
    "let a job hold what it names",
    2_000_025,
    "kinds/batch-job/consumables.ts",
    "if (unresolved !== undefined) return resolutionOf(unresolved);",
    "",
  ),
  one(
    "let a job wait for any job of the account",
    2_000_025,
    "kinds/batch-job/named-jobs.ts",
    "if (!isOurs) return",
    "if (!isOurs && record.jobId === '') return",
  ),
  inFile(
    "let no namespaces take turns",
    2_000_000,
    "runtime/namespace-turns.ts",
    "  of(namespace: string): Line {",
    '  of(_namespace: string): Line {\n    const namespace = "all";',
  ),
  inFile(
    "let no namespaces take turns in the queue of a controller",
    2_000_000,
    "runtime/workqueue.ts",
    "this.#lines.of(entry.key.namespace).push(entry, priority);",
    'this.#lines.of("all").push(entry, priority);',
  ),
  one(
    "search for circles again when a job changes in anything",
    2_000_000,
    "kinds/batch-job/circles.ts",
    "if (before !== undefined && sameNames(before.needs, needs)) return;",
    "",
  ),
  one(
    "search for circles again for each question",
    2_000_000,
    "kinds/batch-job/circles.ts",
    "const component = node?.component;\n    if (node === undefined)",
    "const component = node?.component;\n    for (const other of this.#nodes.values()) this.#roots.add(other);\n    if (node === undefined)",
  ),
  {
    name: "believe a note of whomever, and submit to the queue that it names",
    seed: 2_000_000,
    changes: [
      {
        file: "controllers/kinds/batch-job/unknown-submission.ts",
        was: "if (intent !== undefined) return intent.by !== processId;",
        becomes: "if (intent !== undefined) return false;",
      },
      {
        file: "controllers/kinds/batch-job/observe.ts",
        was: "if (intent !== undefined && intent.by === around.ports.processId() && !isUsed(",
        becomes: "if (intent !== undefined && !isUsed(",
      },
      {
        file: "controllers/kinds/batch-job/plan.ts",
        was: "intent?.queue === queue.name && Math.abs(now - intent.at) < noteUsedForMs;",
        becomes: "intent !== undefined;",
      },
      {
        file: "controllers/kinds/batch-job/plan.ts",
        was: "          queue.value,",
        becomes: "          intent?.queue ?? queue.value,",
      },
    ],
  },
  one(
    "believe a status that names the job",
    2_000_004,
    "kinds/batch-job/observe.ts",
    "if (record === undefined || isOwn(record, object, around))",
    "if (record === undefined || record.jobId === id)",
  ),
  one(
    "give a place in a line of jobs before the permission is judged",
    2_000_000,
    "kinds/batch-job/turn.ts",
    'if (queue.kind !== "resolved") return "now";',
    'const { jobQueue: ofName, jobQueueRef: ofObject } = object.spec;\n  queue.name ??= ofName?.split("/").at(-1) ?? (ofObject?.namespace ?? object.metadata.namespace) + "_" + ofObject?.name;',
  ),
  one(
    "keep the place in line of a job that searches after a doubt",
    2_000_000,
    "kinds/batch-job/turn.ts",
    "return !isInDoubt(object, processId(), cluster.takeOverUid);",
    "return !isInDoubt(object, processId(), cluster.takeOverUid) || metadata.annotations !== undefined;",
  ),
  one(
    "give a place in a line of jobs to what waits for another job",
    9_100_000_074,
    "kinds/batch-job/turn.ts",
    'if (waitsForJobs(object, around)) return "now";',
    "",
  ),
  one(
    "give a place in a line of jobs to what has changed since its pass began",
    9_500_000_345,
    "kinds/batch-job/turn.ts",
    "kept?.metadata.uid === uid && waitsForTurn(kept, around.ports, around.memory)",
    "kept?.metadata.uid === uid",
  ),
  inFile(
    "wake an object for what AWS has refused it",
    9_100_000_097,
    "aws/batch-region.ts",
    "asked: isAsked || (wasAsked && now === undefined)",
    "asked: isAsked && wasAsked",
  ),
  inFile(
    "wake what a creation refers to although it has nothing to remove",
    9_500_000_042,
    "controllers/wakes.ts",
    "objects).filter(mayRemove)",
    "objects)",
  ),
  inFile(
    "keep large objects whole",
    2_000_000,
    "runtime/cache.ts",
    "const isWhole = !this.#stubs.suffices(digest) && room.fits(digest.metadata.namespace, bytes - instead);",
    "const isWhole = bytes > instead - bytes;",
  ),
  {
    name: "count the jobs of a queue that its quota shares keep, for ever as often as at the beginning",
    seed: 9_500_000_142,
    changes: [
      {
        file: "controllers/kinds/job-queue/jobs-seen.ts",
        was: 'queue.status === "DELETING" || waits) {',
        becomes: 'queue.status === "DELETING") {',
      },
      {
        file: "controllers/intervals.ts",
        was: "return Math.max(soonestMs, Math.min(slowestRetryMs, partMs));",
        becomes: "return soonestMs;",
      },
    ],
  },
];
