import type { Disturbance } from "../exhaustive/run.ts";

/**
 * Deliberate bugs, each a piece of source text and its replacement. Production code has no switch for them:
 * they are put in as a module is loaded (`plant.ts`), in a process of their own.
 */
export interface Bug {
  readonly name: string;
  /** All are put in together. */
  readonly changes: readonly Change[];
  /** The story that shows it, by a part of its name. */
  readonly story: string;
  /** The fault in the story that makes it visible; default: none. */
  readonly by?: Disturbance["kind"];
}

export interface Change {
  /** Under `src/`. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly was: string;
  readonly becomes: string;
}

const one = (name: string, story: string, file: string, was: string, becomes: string, by?: Bug["by"]): Bug => ({
  name,
  story,
  changes: [{ file, was, becomes }],
  ...(by === undefined ? {} : { by }),
});

/** The live read before what cannot be undone would still show what the writer before has made. */
const liveAtOnce: Change = {
  file: "aws/lists-observer.ts",
  was: "if (waitMs > 0) await sleep(clock, waitMs, signal);",
  becomes: "",
};

/** The last check before an environment is disabled would not see the queue that names it. */
const leftAlone: Change = {
  file: "controllers/draining/unnamed.ts",
  was: "if (named || !snapshot.showsQueuesOf(name)) throw",
  becomes: "if (!snapshot.showsQueuesOf(name)) throw",
};

const plan = "controllers/kinds/compute-environment/plan.ts";
const retire = "controllers/kinds/compute-environment/retire.ts";
const set = "controllers/kinds/compute-environment/environment-set.ts";
const verification = "controllers/kinds/compute-environment/verification.ts";
const queuePlan = "controllers/kinds/job-queue/plan.ts";
const queueDelete = "controllers/kinds/job-queue/delete.ts";
const reconcile = "controllers/pass/pass.ts";
const networkVpc = "controllers/kinds/batch-network/vpc.ts";
const network = "controllers/kinds/batch-network/observe.ts";
const definitionPlan = "controllers/kinds/job-definition/plan.ts";

export const bugs: readonly Bug[] = [
  {
    name: "skip the lease check before a write",
    story: "create a queue of three environments",
    by: "freeze",
    changes: [
      {
        file: "aws/calls.ts",
        was: "limitMs = Math.min(longestMs, mayWrite().deadlineMs);",
        becomes: "limitMs = longestMs;",
      },
      { file: "aws/calls.ts", was: "child.signal.throwIfAborted();\n          mayWrite();", becomes: "" },
    ],
  },
  one(
    "never count the lease as run out",
    "replacement, with a standby",
    "runtime/leader.ts",
    "return Math.max(0, leaseDurationMs - marginMs - this.#sinceRenewalMs(this.#renewed));",
    "return leaseDurationMs;",
    "freeze",
  ),
  one(
    "take the lease before it has run out",
    "replacement, with a standby",
    "runtime/leader.ts",
    'return this.holder === "" || this.holder === this.#options.identity;',
    "return true;",
  ),
  {
    name: "repoint before the successor is VALID",
    story: "replacement under one queue",
    changes: [
      {
        file: set,
        was: 'return status === "VALID" && state === (spec.state',
        becomes: "return state === (spec.state",
      },
      {
        file: "controllers/kinds/job-queue/places.ts",
        was: 'return environment?.status === "VALID" && environment.state === "ENABLED";',
        becomes: 'return environment?.state === "ENABLED";',
      },
    ],
  },
  one(
    "add to an order first, remove later",
    "replacement in a queue of three",
    queuePlan,
    "{ computeEnvironmentOrder: orderMembers(written.names) }",
    "{ computeEnvironmentOrder: orderMembers([...new Set([...orderOf(queue).filter((name) => environments.has(name)), ...written.names])]) }",
  ),
  one(
    "trust a stale read after a write",
    "replacement under one queue",
    "aws/overlay.ts",
    'const stale = waitedFor.some(({ effect, outcome }) => outcome !== "failed" && effect?.shows(read) === false);',
    "const stale = waitedFor.length < 0;",
  ),
  one(
    "believe what AWS said before an update without an answer",
    "replacement, taken back as the queue is repointed",
    "aws/batch-region.ts",
    "else records.maybe(open, clock.monotonic(), clock.now(), ifUnknown);",
    "else records.maybe(open, clock.monotonic(), clock.now());",
    "fail",
  ),
  one(
    "register without a read of what exists",
    "register a job definition",
    definitionPlan,
    "if (top.equal && ownedByUs(top)) return keep(spec, seen, entries, top, now);",
    "if (top.equal && ownedByUs(top) && now - (top.registeredAt ?? 0) < 10_000) return keep(spec, seen, entries, top, now);",
  ),
  {
    name: "register at once where nothing is seen, and forget the live read",
    story: "register a job definition",
    by: "fail",
    changes: [
      {
        file: definitionPlan,
        was: "if (seen.absent) return answer;",
        becomes: "if (answer !== undefined) return answer;",
      },
      {
        file: reconcile,
        was: "const live = await chosenLive(p, region, planned);\n    const confirmed",
        becomes: "const live = await Promise.resolve(planned.choice);\n    const confirmed",
      },
    ],
  },
  one(
    "forget the live read before what cannot be undone",
    "a foreign queue comes",
    reconcile,
    "const live = await chosenLive(p, region, planned);\n    const confirmed",
    "const live = await Promise.resolve(planned.choice);\n    const confirmed",
  ),
  one(
    "say Ready before AWS is done",
    "create an environment",
    "controllers/pass/choose.ts",
    "serving: serves !== undefined,",
    "serving: true,",
  ),
  one(
    "write to AWS before the finalizer is there",
    "delete what is only just being made",
    reconcile,
    "if (!isMarked(directives)) return await ensureFinalizer(p, region, planned.seen);",
    "",
    "kill",
  ),
  one(
    "remove the finalizer while AWS still deletes",
    "delete q1, ce, hello",
    queueDelete,
    'if (queue.status === "DELETING") return { kind: "wait", reason: "Deleting"',
    'if (queue.status === "DELETING") return { kind: "release", reason: "Deleted"',
  ),
  one(
    "compare a set as a list: subnets, security groups, instance types",
    "lists in another order",
    "controllers/fields/compare.ts",
    "return left.size === right.size && [...left].every((member) => right.has(member));",
    "return canonicalJson([...left]) === canonicalJson([...right]);",
  ),
  one(
    "compare a set as a list: time limits of a queue",
    "lists in another order",
    "controllers/fields/compare.ts",
    "objects.map(canonicalJson).sort()",
    "objects.map(canonicalJson)",
  ),
  {
    name: "disable an environment while a queue names it",
    story: "a foreign queue comes",
    changes: [{ file: retire, was: "if (queues.length > 0) {", becomes: "if (queues.length > 99) {" }, leftAlone],
  },
  one(
    "take a newer launch template in place without a note of it",
    "a newer launch template, in place",
    "controllers/kinds/compute-environment/plan.ts",
    "const rollout = isNoted || !mayEndJobs ? undefined : rolloutOf(value, target);",
    "const rollout = isNoted || !mayEndJobs || spec.templateVersion !== undefined ? undefined : rolloutOf(value, target);",
  ),
  one(
    "keep no version of the launch template of what is created",
    "a newer launch template, by replacement",
    "controllers/kinds/compute-environment/request.ts",
    "...ownTags(spec, identity, spec.templates?.version), [createdAtTag]",
    "...ownTags(spec, identity, undefined), [createdAtTag]",
  ),
  one(
    "drop the resync",
    "change tags",
    "runtime/reflector.ts",
    "if (clock.monotonic() - listedAt >= limits.relistMs) state",
    "if (clock.monotonic() - listedAt >= 1e12) state",
    "drop",
  ),
  {
    name: "ignore that a version is Gone, and list again only after a watch that the server ended",
    story: "change tags",
    by: "drop",
    changes: [
      {
        file: "runtime/reflector.ts",
        was: 'return ended("gone", { kind: "empty" });',
        becomes: 'return ended("gone", { kind: "listed", resourceVersion });',
      },
      {
        file: "runtime/reflector.ts",
        was: "else if (clock.monotonic() - listedAt >= limits.relistMs)",
        becomes: 'else if (step.end === "closed" && clock.monotonic() - listedAt >= limits.relistMs)',
      },
    ],
  },
  {
    name: "retry without backoff",
    story: "denied for a minute",
    changes: [
      {
        file: "runtime/workqueue.ts",
        was: "const delayMs = Math.max(Math.min(backoffMs(entry.failures, backoff, this.#random), atMostMs), atLeastMs);",
        becomes: "const delayMs = Math.max(Math.min(backoffMs(0, backoff, this.#random), atMostMs), atLeastMs);",
      },
    ],
  },
  one(
    "believe absence from the first page",
    "in pages of one",
    "aws/listing.ts",
    "({ nextToken }) => nextToken, bounds))",
    "() => undefined, bounds))",
  ),
  one(
    "give up the last usable environment of a queue",
    "an order of a DISABLED environment",
    "controllers/kinds/job-queue/places.ts",
    "return anyPlaceServing(type, before, places) && !anyPlaceUsable(type, after, places);",
    "return false;",
  ),
  one(
    "give up a service environment that its object is about to enable again",
    "a tool disables the service environment",
    "controllers/kinds/job-queue/places.ts",
    "if (names.some((name) => places.enabling.has(name))) return true;",
    "",
    "kill",
  ),
  one(
    "give up an environment that its object is about to enable again",
    "a tool disables the environment",
    "controllers/kinds/job-queue/places.ts",
    "if (names.some((name) => places.enabling.has(name))) return true;",
    "",
  ),
  {
    name: "take from a queue what Retain has just left",
    story: "retain one of two environments",
    changes: [
      {
        file: "controllers/kinds/job-queue/order-seen.ts",
        was: 'named.has(name) ? isNamedBy(tags, identity) : ownershipOf(tags, identity).kind === "ours",',
        becomes: 'ownershipOf(tags, identity).kind === "ours",',
      },
      {
        file: "controllers/kinds/job-queue/order.ts",
        was: "if (!entries.some(({ vacant }) => vacant)) return [];",
        becomes: 'if (!entries.some(({ vacant, state }) => vacant && state === "unresolved")) return [];',
      },
    ],
  },
  one(
    "take from a queue what no entry accounts for yet",
    "adopt a queue, and then its second environment",
    "controllers/kinds/job-queue/order.ts",
    "if (!entries.some(({ vacant }) => vacant)) return [];",
    "if (entries.length < 99) return [];",
  ),
  one(
    "decide by age who owns a name, although AWS's tags say it",
    "had claimed the names in vain",
    "controllers/kinds/job-definition/observe.ts",
    "const claimant = owner ?? first;",
    "const claimant = first;",
  ),
  one(
    "take what is nobody's for ours",
    "somebody else's",
    "controllers/ownership/ownership.ts",
    'if (mark === undefined) return { kind: "foreign" };',
    'if (mark === undefined) return { kind: "ours", retag: true };',
  ),
  one(
    "delete a queue without draining it",
    "delete everything under a running job",
    queueDelete,
    "return drain(object, seen, now) ?? remove(name);",
    "return remove(name);",
  ),
  one(
    "delete an environment without draining it",
    "replacement that waits for a job",
    retire,
    'if (draining !== undefined) return { step: "Draining", next: draining };',
    "",
  ),
  one(
    "send the whole spec with each update",
    "change scaling",
    "controllers/kinds/compute-environment/request.ts",
    "...updateOf(changed),",
    '...updateOf([{ member: "computeResources.minvCpus", send: environment.computeResources?.minvCpus ?? 0 }, ...changed]),',
  ),
  one(
    "report a generation that does not exist yet",
    "create an environment",
    "controllers/pass/report.ts",
    "const status = {\n    observedGeneration: generation,",
    "const status = {\n    observedGeneration: generation + 1,",
  ),
  one(
    "write a new time into a condition that has not changed",
    "create an environment",
    "controllers/pass/conditions.ts",
    "lastTransitionTime: before?.status === status ? before.lastTransitionTime : time,",
    "lastTransitionTime: time,",
  ),
  one(
    "go on without the approval",
    "an approval before each step",
    "controllers/kinds/compute-environment/replacement.ts",
    "return (spec.replacement?.holdBefore?.includes(step) ?? false) && !isApproved(seen, step, environment);",
    "return false;",
  ),
  one(
    "deregister only what matches the spec on deletion",
    "a job definition of three revisions",
    "controllers/kinds/job-definition/removal.ts",
    'const ours = entries.filter(({ owner }) => owner.kind === "ours");',
    'const ours = entries.filter(({ owner, equal }) => owner.kind === "ours" && equal);',
  ),
  one(
    "take up a reverted environment again without enabling it",
    "taken back as the predecessor retires",
    plan,
    "if (revivable.state !== state) {",
    'if (revivable.state === "never") {',
  ),
  {
    name: "take a listing for complete just after a take-over",
    story: "only just being made, with a standby",
    by: "stop",
    changes: [
      {
        file: "aws/region-cache.ts",
        was: "return begunAt !== undefined && from !== undefined && begunAt >= from;",
        becomes: "return begunAt !== undefined && from !== undefined;",
      },
      liveAtOnce,
    ],
  },
  one(
    "report to the next leader a quiet that there was not",
    "only just being made, with a standby",
    "operator/compose.ts",
    "return now - Math.max(this.#writerSince ?? now, this.#wroteAt);",
    "return now + 3_600_000;",
    "stop",
  ),
  {
    name: "believe that an environment is absent as soon as it is not seen",
    story: "only just being made, with a standby",
    by: "stop",
    changes: [
      {
        file: "controllers/kinds/compute-environment/observe.ts",
        was: 'return { name, absent: snapshot.isAbsent("compute-environment", name), attempt };',
        becomes: "return { name, absent: true, attempt };",
      },
      {
        file: "controllers/kinds/compute-environment/observe.ts",
        was: "claimsSettled: unsettled.length === 0,",
        becomes: "claimsSettled: true,",
      },
      liveAtOnce,
    ],
  },
  one(
    "forget what still runs by endpoints that the network asks for no more",
    "out of a closed subnet",
    networkVpc,
    "const others = needed.filter(({ service }) => !asked.includes(service));",
    "const others: typeof needed = [];",
  ),
  {
    name: "let in to the endpoints only those who asked for them",
    story: "next to an environment that asked for none",
    changes: [
      {
        file: "network/endpoints.ts",
        was: "vpcIn(facts, vpcId).cidrs : []",
        becomes: 'vpcIn(facts, vpcId).cidrs.map(() => "10.0.3.0/24") : []',
      },
      {
        file: networkVpc,
        was: "    here.map(({ user }) => user),\n    groupId,",
        becomes: "    [],\n    groupId,",
      },
    ],
  },
  one(
    "forget a group that was just asked for and that EC2 does not show",
    "deleted before EC2 shows it",
    network,
    "justWritten: (unproven && desired === undefined) || wroteLately(memory, vpcId, now),",
    "justWritten: false,",
  ),
  one(
    "take the endpoints of others for ours",
    "endpoints of somebody else",
    "controllers/parts/endpoints/ownership.ts",
    "isOurs: (one) => isMarked(one, owner) && isProven(one),",
    "isOurs: () => true,",
  ),
  {
    name: "delete the role first",
    story: "roles of its own",
    changes: [
      {
        file: "controllers/pass/part-plan.ts",
        was: "[...agenda.slice(0, -1), ...removal(), last] : agenda;",
        becomes: "[...agenda.slice(0, -1), ...removal(), last] : [...removal(), ...agenda];",
      },
      {
        file: "controllers/parts/roles/delete.ts",
        was: "if (seen.referred.has(name) || seen.usedInRegion.has(name))",
        becomes: "if (seen.retain)",
      },
    ],
  },
  {
    name: "report in status when AWS was last read",
    story: "create an environment",
    changes: [
      {
        file: "controllers/pass/conditions.ts",
        was: 'reason: "ReadFromAWS", message: "AWS was read" },',
        becomes: 'reason: "ReadFromAWS", message: "AWS was read at " + timestamp(now) },',
      },
      {
        file: "controllers/pass/requeue.ts",
        was: 'return next.checkInMs === undefined ? { kind: "onChange" } : { kind: "after", delayMs: next.checkInMs };',
        becomes: 'return { kind: "after", delayMs: 30_000 };',
      },
    ],
  },
  {
    name: "let Ready go to and fro while nothing happens",
    story: "create an environment",
    changes: [
      {
        file: "controllers/pass/conditions.ts",
        was: '{ type: "Ready", status: verdict.ready,',
        becomes: '{ type: "Ready", status: now % 20_000 < 10_000 ? verdict.ready : "Unknown",',
      },
      {
        file: "controllers/pass/requeue.ts",
        was: 'return next.checkInMs === undefined ? { kind: "onChange" } : { kind: "after", delayMs: next.checkInMs };',
        becomes: 'return { kind: "after", delayMs: 5000 };',
      },
    ],
  },
  one(
    "do not report an error of AWS",
    "refused for six minutes",
    "controllers/pass/conditions.ts",
    "if (!isLag(foremost(failures), reached)) return failedVerdict(failures, instead?.next, serves, reached);",
    'if (outcome.failure.kind !== "invalid" && !isLag(foremost(failures), reached)) return failedVerdict(failures, instead?.next, serves, reached);',
  ),
  {
    name: "call AWS without the budget, and in a hurry",
    story: "update the infrastructure in place",
    changes: [
      {
        file: "aws/budget.ts",
        was: "return this.#tokens >= 1 && (",
        becomes: "return this.#tokens >= Number.NEGATIVE_INFINITY || (",
      },
      { file: "aws/lists-observer.ts", was: "export const soonestMs = 1500;", becomes: "export const soonestMs = 20;" },
      { file: "aws/lists-observer.ts", was: "const movingSpreadMs = 500;", becomes: "const movingSpreadMs = 0;" },
    ],
  },
  one(
    "let a key wait as often as it is added",
    "forty requests at once",
    "runtime/workqueue.ts",
    "if (entry.waiting === undefined) {\n      entry.waitingSince",
    "if (entry.text !== undefined) {\n      entry.waitingSince",
  ),
  one(
    "compare weights of shares in 64 bits",
    "the policy of a fair-share queue is replaced",
    "aws/resources/scheduling-policies.ts",
    "Math.fround(share.weightFactor ?? 1)",
    "share.weightFactor ?? 1",
  ),
  one(
    "let a policy go without asking AWS to delete it",
    "the policy of a fair-share queue is replaced",
    "controllers/kinds/scheduling-policy.ts",
    'return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };',
    'return { kind: "release", reason: "Deleted", message: [message, arn].join() };',
  ),
  {
    name: "disable a service environment that a queue names",
    story: "the service environment of a queue is deleted and replaced",
    changes: [
      {
        file: "controllers/kinds/service-environment/delete.ts",
        was: "if (users.length > 0) {",
        becomes: "if (users.length > 1) {",
      },
      leftAlone,
    ],
  },
  one(
    "let a service environment go without asking AWS to delete it",
    "the service environment of a queue is deleted and replaced",
    "controllers/kinds/service-environment/delete.ts",
    'return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };',
    'return { kind: "release", reason: "Deleted", message: [message, arn].join() };',
  ),
  one(
    "let a consumable go without asking AWS to delete it",
    "a consumable is raised",
    "controllers/kinds/consumable-resource.ts",
    'return { kind: "act", action: { kind: "delete", name, arn }, reason: "Deleting", message };',
    'return { kind: "release", reason: "Deleted", message: [message, arn].join() };',
  ),
  one(
    "count only the training jobs that wait",
    "a queue with a training job is deleted",
    "aws/service-jobs.ts",
    "return await jobsIn(batch, queue, lifeOrder, signal);",
    'return await jobsIn(batch, queue, ["RUNNABLE"], signal);',
  ),
  one(
    "lower a quota share while its jobs run",
    "a quota share with running jobs",
    "controllers/kinds/quota-share/lowering.ts",
    "if (mayEndJobs(spec, seen, record)) return { paths, hold: undefined };",
    "if (seen !== undefined) return { paths, hold: undefined };",
  ),
  one(
    "delete a quota share that still has jobs",
    "a quota share with running jobs",
    "controllers/kinds/quota-share/delete.ts",
    'if (draining.kind === "empty") return remove(seen);',
    'if (draining.kind !== "overdue") return remove(seen);',
  ),
  one(
    "refill a consumable again where the note of the first time got lost",
    "a consumable that jobs use up",
    "controllers/kinds/consumable-resource.ts",
    "...(token === undefined ? {} : { clientToken: token }),",
    "",
    "kill",
  ),
  one(
    "delete a consumable that a definition names",
    "a consumable is raised",
    "controllers/kinds/consumable-resource.ts",
    "if (users.length > 0) {",
    "if (users.length > 1) {",
  ),
  one(
    "take a consumable for set by the quantity that AWS had before",
    "a consumable is raised",
    "controllers/kinds/consumable-resource/quantity.ts",
    "if (isLagging(spec, seen)) return undefined;",
    "if (spec.totalQuantity > seen.totalQuantity || isLagging(spec, seen)) return undefined;",
  ),
  one(
    "forget an action in the operator's policy",
    "a job definition of three revisions",
    "aws/resources/job-definitions.ts",
    'deregisterJobDefinition: writeCall(["BatchChange"]),',
    "deregisterJobDefinition: writeCall([]),",
  ),
  one(
    "hand a queue to an environment before it is verified",
    "a successor is verified",
    set,
    'state === (spec.state ?? "ENABLED") && isProven(spec, environment);',
    'state === (spec.state ?? "ENABLED");',
  ),
  one(
    "take a job that failed for one that succeeded",
    "fails its verification",
    verification,
    'if (status === "SUCCEEDED") {',
    'if (status !== "RUNNING") {',
  ),
  one(
    "note a failed verification only on the environment that goes",
    "fails its verification",
    verification,
    "const due = [target, ...inItsPlace(context)].map(",
    "const due = [target].map(",
  ),
  one(
    "take an environment that failed its verification back into service",
    "fails its verification",
    set,
    "    !hasFailed(environment) &&",
    "",
  ),
  one(
    "leave the operator's own queue behind",
    "a successor is verified",
    verification,
    "return unneeded(context).flatMap((name) => {",
    "return unneeded(context).slice(1).flatMap((name) => {",
  ),
  one(
    "delete the operator's own queue with a job that runs",
    "deleted while it is verified",
    "controllers/kinds/compute-environment/verification-queue.ts",
    "if (jobs === undefined) return waits(going, settleCheckMs);",
    'if (jobs !== undefined) return act({ kind: "deleteQueue", queue: name });',
  ),
  one(
    "submit a job of a verification in each pass",
    "a successor is verified",
    "controllers/kinds/compute-environment/verification-observe.ts",
    "if (jobId === undefined) return undefined;",
    "if (jobId !== undefined) return undefined;",
  ),
  one(
    "retire an environment that its own queue names",
    "deleted while it is verified",
    retire,
    'if (removal !== undefined) return { step: "Disabling", next: removal };',
    "",
  ),
  one(
    "forget that queues went back because jobs failed",
    "queues go back when jobs fail",
    "controllers/kinds/compute-environment/replacement.ts",
    "isInvalid ? undefined : failed, seen.planId);",
    'isInvalid ? undefined : failed, "");',
  ),
  one(
    "leave queues on an environment on which jobs fail",
    "queues go back when jobs fail",
    "controllers/kinds/compute-environment/rollback.ts",
    "failed.count < limit)",
    "failed.count <= limit)",
  ),
  one(
    "take a newer launch template before its window opens",
    "waits for its window",
    "controllers/kinds/compute-environment/update-windows.ts",
    'return atMs <= now ? { kind: "open" } : { kind: "opens", atMs };',
    'return atMs > 0 ? { kind: "open" } : { kind: "opens", atMs };',
  ),
];
