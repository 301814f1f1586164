import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobQueueSpec } from "../../../../../src/api/v1alpha1/job-queue.ts";
import type { Environment, Queue } from "../../../../../src/aws/batch.ts";
import type { JobsSeen } from "../../../../../src/controllers/draining/drain.ts";
import { orderOf } from "../../../../../src/controllers/draining/queue-order.ts";
import { planId } from "../../../../../src/controllers/kinds/compute-environment/request.ts";
import type { Action } from "../../../../../src/controllers/kinds/job-queue/action.ts";
import { orderFor } from "../../../../../src/controllers/kinds/job-queue/order.ts";
import { anyServing, anyUsable } from "../../../../../src/controllers/kinds/job-queue/places.ts";
import { planFor } from "../../../../../src/controllers/kinds/job-queue/plan.ts";
import type { EntrySeen, Seen } from "../../../../../src/controllers/kinds/job-queue/seen.ts";
import { ownerIn, ownershipOf, ownerTags } from "../../../../../src/controllers/ownership/ownership.ts";
import type { Plan } from "../../../../../src/controllers/pass/agenda.ts";
import type { Choice } from "../../../../../src/controllers/pass/choose.ts";
import { decided } from "../../../decided.ts";
import { mayAdopt } from "../../../region.ts";
import {
  directives,
  ec2,
  environment,
  foreignEnvironment,
  identity,
  identityOf,
  job,
  named,
  namesIn,
  now,
  object,
  queue,
  reference,
  resolved,
  seen,
  unresolved,
  withResources,
} from "../given.ts";

/** What holds for the plan of a queue whatever is in AWS. */

/** Once in so many times. */
const rarely = (times: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const fair = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair";
const statuses = [
  "VALID",
  "VALID",
  "VALID",
  "VALID",
  "VALID",
  "VALID",
  "INVALID",
  "CREATING",
  "UPDATING",
  "DELETING",
] as const;
const owners = ["a", "a", "b"] as const;
const names = ["a1", "a2", "b1", "x1"] as const;

const environments: fc.Arbitrary<readonly Environment[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      fits: fc.boolean(),
      state: fc.constantFrom<"ENABLED" | "DISABLED">("ENABLED", "ENABLED", "DISABLED"),
      status: fc.constantFrom(...statuses),
      createdAt: fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
      retired: rarely(6),
      returned: rarely(6),
    }),
    { selector: ({ name }) => name, minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ name, fits, state, status, createdAt, retired, returned }) => {
      const owner = name[0] ?? "";
      const id = planId(ec2, identityOf(owner));
      const tags = {
        "awsbatch.dev/created-at": createdAt,
        ...(retired ? { "awsbatch.dev/retired-at": createdAt } : {}),
        ...(returned ? { "awsbatch.dev/returned-at": `${createdAt}/${id}` } : {}),
      };
      if (owner === "x") return foreignEnvironment(name, { state, status });
      return environment(name, owner, { state, status, tags }, fits ? ec2 : other);
    }),
  );

type DesiredEntry =
  | Pick<Extract<EntrySeen, { kind: "named" }>, "kind" | "name" | "owner">
  | {
      readonly kind: "reference";
      readonly owner: string;
      readonly handover: boolean;
      readonly spec: BatchComputeEnvironmentSpec;
    }
  | { readonly kind: "unresolved"; readonly owner: string; readonly refused: boolean };

const desiredEntries: fc.Arbitrary<readonly DesiredEntry[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("named" as const),
        name: fc.constantFrom(...names),
        owner: fc.constantFrom("here" as const, "elsewhere" as const, "nowhere" as const),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("reference" as const),
        owner: fc.constantFrom(...owners),
        handover: rarely(4).map((held) => !held),
        spec: fc.constantFrom<BatchComputeEnvironmentSpec>(ec2, ec2, ec2, { ...ec2, state: "DISABLED" }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("unresolved" as const),
        owner: fc.constantFrom(...owners),
        refused: fc.boolean(),
      }),
    },
  ),
  { minLength: 1, maxLength: 2 },
);

/** What `observe` would make of an entry. */
function entryOf(entry: DesiredEntry, order: number, there: readonly Environment[]): EntrySeen {
  switch (entry.kind) {
    case "named":
      return named(entry.name, order, entry.owner);
    case "unresolved":
      return unresolved(entry.owner, entry.refused ? "ReferenceNotAllowed" : "ReferenceNotFound", order);
    case "reference": {
      const ours = there.filter(({ tags }) => ownershipOf(tags, identityOf(entry.owner)).kind === "ours");
      return reference(entry.owner, ours, { spec: entry.spec, handover: entry.handover, order });
    }
  }
}

const queues: fc.Arbitrary<Queue | undefined> = fc.option(
  fc
    .record({
      order: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
      status: fc.constantFrom(
        "VALID",
        "VALID",
        "VALID",
        "VALID",
        "VALID",
        "VALID",
        "VALID",
        "INVALID",
        "CREATING",
        "UPDATING",
        "DELETING",
      ),
      state: fc.constantFrom<"ENABLED" | "DISABLED">("ENABLED", "ENABLED", "DISABLED"),
      policy: rarely(4),
      tags: fc.oneof(
        { weight: 20, arbitrary: fc.constant(ownerTags(identity)) },
        { weight: 1, arbitrary: fc.constant({ ...ownerTags(identity), "awsbatch.dev/cluster-uid": "c-0" }) },
        { weight: 1, arbitrary: fc.constant(ownerTags(identityOf("else"))) },
        { weight: 1, arbitrary: fc.constant({ "awsbatch.dev/retained-from": "default/team/q" }) },
        { weight: 2, arbitrary: fc.constant({}) },
      ),
    })
    .map(({ order, status, state, policy, tags }) =>
      queue(order, { status, state, tags, ...(policy ? { schedulingPolicyArn: fair } : {}) } as Partial<Queue>),
    ),
  { freq: 8, nil: undefined },
);

const jobs: fc.Arbitrary<JobsSeen | undefined> = fc.constantFrom<JobsSeen | undefined>(
  undefined,
  { kind: "unread", why: "no" },
  { kind: "read", remaining: [], zeroForMs: 60_000 },
  { kind: "read", remaining: [], zeroForMs: 0 },
  { kind: "read", remaining: [job("j1")], zeroForMs: undefined },
);

const specs: fc.Arbitrary<Partial<JobQueueSpec>> = fc
  .record({
    priority: fc.constantFrom(1, 1, 1, 2),
    disabled: rarely(5),
    terminates: fc.boolean(),
  })
  .map(({ priority, disabled, terminates }) => ({
    priority,
    ...(disabled ? { state: "DISABLED" as const } : {}),
    ...(terminates ? { drain: { policy: "Terminate" as const, timeoutSeconds: 60 } } : {}),
  }));

interface World {
  readonly spec: Partial<JobQueueSpec>;
  readonly seen: Seen;
}

interface Parts {
  readonly spec: Partial<JobQueueSpec>;
  readonly there: readonly Environment[];
  readonly entries: readonly DesiredEntry[];
  readonly queue: Queue | undefined;
  readonly jobs: JobsSeen | undefined;
  readonly deleting: boolean;
  readonly retain: boolean;
  readonly adoptionPolicy: "Never" | "IfMatching" | "IfExists";
  readonly absent: boolean;
  /** The policy that the spec desires for a queue that has one. */
  readonly policy: string;
  readonly otherPolicy: boolean;
  /** The queue names already what it shall name. */
  readonly inOrder: boolean;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  spec: specs,
  there: environments,
  entries: desiredEntries,
  queue: queues,
  jobs,
  deleting: rarely(6),
  retain: rarely(6),
  adoptionPolicy: fc.constantFrom<"Never" | "IfMatching" | "IfExists">("Never", "IfMatching", "IfExists"),
  absent: rarely(5).map((doubtful) => !doubtful),
  policy: fc.constantFrom(fair, `${fair}er`),
  otherPolicy: rarely(10),
  inOrder: fc.boolean(),
});

/** What `observe` would make of what the queue names and no entry refers to. */
function leavingOf({ there, entries, queue: before }: Parts): readonly EntrySeen[] {
  const referred = entries.map((entry) => (entry.kind === "named" ? "" : entry.owner));
  const named = there.filter(({ computeEnvironmentName: name }) => orderOf(before).includes(name));
  const left = named.flatMap(({ tags }) => ownerIn(tags)?.name ?? []).filter((owner) => !referred.includes(owner));
  return [...new Set(left)].map((owner, index) =>
    entryOf({ kind: "reference", owner, handover: true, spec: ec2 }, entries.length + index, there),
  );
}

function worldOf(all: Parts): World {
  const { there, entries, deleting, retain, adoptionPolicy, jobs: counted, absent } = all;
  const given = seen({
    queue: all.queue,
    jobs: counted,
    absent,
    environments: there,
    entries: entries.map((entry, order) => entryOf(entry, order, there)),
    leaving: leavingOf(all),
    nameSeen: mayAdopt(true),
    directives: { ...directives, deleting, retain, adoptionPolicy },
  });
  const hasPolicy = (all.queue?.schedulingPolicyArn !== undefined) !== all.otherPolicy;
  const { names: ideal } = orderFor(given);
  const { computeEnvironmentOrder } = queue(ideal);
  return {
    spec: { ...all.spec, ...(hasPolicy ? { schedulingPolicyArn: all.policy } : {}) },
    seen: {
      ...given,
      ...(hasPolicy ? { policy: resolved(all.policy) } : {}),
      ...(all.inOrder && all.queue !== undefined && ideal.length > 0
        ? { record: { ...all.queue, computeEnvironmentOrder } }
        : {}),
    },
  };
}

const worlds = parts.map(worldOf);

const planOf = ({ spec, seen: given }: World, at = now): Plan<Action> => {
  const whole = object(spec);
  const metadata = given.directives.deleting
    ? { ...whole.metadata, deletionTimestamp: "2026-01-01T11:00:00Z" }
    : whole.metadata;
  return planFor({ ...whole, metadata }, given, at);
};

const planned = (world: World, at = now): Choice<Action> => decided(planOf(world, at), undefined, at);

/** The order that an action gives the queue, if it does. */
function orderIn(action: Action): readonly string[] | undefined {
  if (action.kind !== "create" && action.kind !== "update") return undefined;
  return action.request.computeEnvironmentOrder === undefined ? undefined : namesIn(action.request);
}

/** Each says whether an action keeps it. */
const laws: Readonly<Record<string, (action: Action, world: World) => boolean>> = {
  "gives it one to three different environments, all VALID": (action, { seen: { environments: there } }) => {
    const order = orderIn(action);
    return (
      order === undefined ||
      (order.length >= 1 &&
        order.length <= 3 &&
        new Set(order).size === order.length &&
        order.every((name) => there.get(name)?.status === "VALID"))
    );
  },
  "never takes the last environment on which its jobs can start": (action, { seen }) => {
    const order = orderIn(action);
    return order === undefined || !anyServing(orderOf(seen.record), seen) || anyUsable(order, seen.environments);
  },
  "takes no VALID environment from an entry that leads nowhere": (
    action,
    { seen: { entries, environments: there, record: before } },
  ) => {
    const order = orderIn(action);
    return (
      order === undefined ||
      entries.every((entry) => {
        if (entry.kind !== "unresolved" || !("key" in entry)) return true;
        // An object is there or not; what another entry finds is followed.
        if (entries.some((one) => one.kind === "reference" && one.key.name === entry.key.name)) return true;
        const own = orderOf(before).filter((name) => {
          const environment = there.get(name);
          const isTheirs = ownershipOf(environment?.tags, identityOf(entry.key.name)).kind === "ours";
          return isTheirs && environment?.status === "VALID";
        });
        return own.length === 0 || own.some((name) => order.includes(name));
      })
    );
  },
  "takes no VALID environment of nobody's away while an entry has nothing and AWS has a place": (
    action,
    { seen: given },
  ) => {
    const order = orderIn(action);
    return (
      order === undefined ||
      order.length === 3 ||
      !orderFor(given).entries.some(({ vacant }) => vacant) ||
      orderOf(given.record).every((name) => {
        const environment = given.environments.get(name);
        return environment?.status !== "VALID" || ownerIn(environment.tags) !== undefined || order.includes(name);
      })
    );
  },
  "touches no queue that is not ours, but what it may adopt or was left to it": (action, { seen: given }) => {
    const { kind } = ownershipOf(given.record?.tags, identity);
    if (action.kind === "create") return given.record === undefined && given.absent;
    if (action.kind === "tag" && action.purpose === "adopt") {
      return kind === "foreign" && given.directives.adoptionPolicy !== "Never";
    }
    return kind === "ours" || (action.kind === "tag" && action.purpose === "takeOver" && kind === "retained");
  },
  "resends the policy of a fair-share queue with every update": (action, { seen: { record: before } }) =>
    (action.kind !== "update" && action.kind !== "disable") ||
    (action.request.schedulingPolicyArn === undefined) === (before?.schedulingPolicyArn === undefined),
  "writes only to a queue that AWS is not changing": (action, { seen: { record: before } }) =>
    action.kind === "create" || action.kind === "tag" || before?.status === "VALID" || before?.status === "INVALID",
  "takes a queue away only for an object that is deleted, without Retain": (
    action,
    { seen: { directives: desired } },
  ) =>
    (action.kind !== "disable" && action.kind !== "terminateJobs" && action.kind !== "delete") ||
    (desired.deleting && !desired.retain),
  "deletes only what is DISABLED and was empty twice": (action, { seen: { record: before, jobs: counted } }) =>
    action.kind !== "delete" ||
    (before?.state === "DISABLED" &&
      counted?.kind === "read" &&
      counted.remaining.length === 0 &&
      (counted.zeroForMs ?? 0) >= 5000),
  "ends jobs only where the spec says so": (action, { spec }) =>
    action.kind !== "terminateJobs" || spec.drain?.policy === "Terminate",
};

describe("whatever is in AWS, each step of the agenda of a queue", () => {
  it(`keeps the laws: ${Object.keys(laws).join("; ")}`, () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const step of planOf(world).agenda) {
          if (step.kind !== "act") continue;
          const broken = Object.entries(laws).filter(([, keeps]) => !keeps(step.action, world));
          expect(broken.map(([law]) => law)).toEqual([]);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe("whatever is in AWS, the next step of a queue", () => {
  it("is the same each time, in whatever order AWS lists", () => {
    const listedTwice = parts.chain((all) =>
      fc
        .shuffledSubarray([...all.there], { minLength: all.there.length })
        .map((there) => [all, { ...all, there }] as const),
    );
    fc.assert(
      fc.property(listedTwice, ([first, second]) => {
        expect(planned(worldOf(second))).toEqual(planned(worldOf(first)));
      }),
      { numRuns: 500 },
    );
  });

  it("once there is none, stays none", () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 0, max: 30 * 86_400_000 }), (world, later) => {
        const choice = planned(world);
        if (choice.next.kind !== "serves") return;
        expect(choice).toMatchObject({ serving: true, change: { action: "None" } });
        expect(planned(world, now + later)).toEqual(choice);
        expect(world.seen.record?.status).toBe("VALID");
      }),
      { numRuns: 1000 },
    );
  });

  it("comes to rest after at most three updates that AWS has carried out", () => {
    fc.assert(
      fc.property(parts, (all) => {
        let given = { ...all, inOrder: false };
        // The order alone where jobs wait for it, then the rest; and once more the order, where a queue names an
        // environment literally next to a reference to its object.
        for (let updates = 0; updates <= 3; updates++) {
          const { next } = planned(worldOf(given));
          if (next.kind !== "act" || next.action.kind !== "update" || given.queue === undefined) return;
          const { jobQueue: _name, ...changed } = next.action.request;
          given = { ...given, queue: { ...given.queue, ...changed } as Queue };
        }
        throw new Error("a fourth update is due");
      }),
      { numRuns: 1000 },
    );
  });
});
