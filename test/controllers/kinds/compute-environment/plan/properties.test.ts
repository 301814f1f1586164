import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironmentSpec } from "../../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../../src/aws/batch.ts";
import type { JobsSeen } from "../../../../../src/controllers/draining/drain.ts";
import type { Action } from "../../../../../src/controllers/kinds/compute-environment/action.ts";
import { differences } from "../../../../../src/controllers/kinds/compute-environment/diff.ts";
import { approvalOf, type HeldStep } from "../../../../../src/controllers/kinds/compute-environment/replacement.ts";
import { report } from "../../../../../src/controllers/kinds/compute-environment/report.ts";
import { planId } from "../../../../../src/controllers/kinds/compute-environment/request.ts";
import type { QueueSeen, Seen } from "../../../../../src/controllers/kinds/compute-environment/seen.ts";
import { notAdoptable } from "../../../../../src/controllers/ownership/names.ts";
import { ownershipOf, type Tags } from "../../../../../src/controllers/ownership/ownership.ts";
import { mayAdopt } from "../../../region.ts";
import {
  chosen,
  directives,
  ec2,
  environment,
  fargate,
  identity,
  job,
  now,
  object,
  queue,
  seen,
  settings,
  withResources,
} from "../given.ts";

/**
 * What holds for the plan of a compute environment whatever is in AWS: any mix of environments, queues and specs,
 * also such as no operator would have made.
 */

/** The value once in so many times, else nothing. */
function onceIn<T>(times: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}
const rarely = (times: number): fc.Arbitrary<boolean> =>
  onceIn(times, fc.constant(true)).map((rolled) => rolled === true);
function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const ago = (seconds: number): string => `${new Date(now - seconds * 1000).toISOString().slice(0, 19)}Z`;

const other = withResources(ec2, { instanceTypes: ["m5.large"] });
const shapes: readonly BatchComputeEnvironmentSpec[] = [ec2, other, withResources(ec2, { maxvCpus: 8 }), fargate];

const specOf = (shape: fc.Arbitrary<BatchComputeEnvironmentSpec>): fc.Arbitrary<BatchComputeEnvironmentSpec> =>
  fc
    .record({
      shape,
      state: onceIn(6, fc.constantFrom<"ENABLED" | "DISABLED">("ENABLED", "DISABLED", "DISABLED")),
      updatePolicy: onceIn(8, fc.constant({ terminateJobsOnUpdate: false })),
      rolloutToken: onceIn(12, fc.constant("2")),
      tags: onceIn(12, fc.constant({ team: "x" })),
      drain: onceIn(3, fc.constant({ policy: "Terminate" as const, timeoutSeconds: 60 })),
      policy: onceIn(12, fc.constant("Never" as const)),
      holdBefore: onceIn(
        8,
        fc.uniqueArray(fc.constantFrom<"Create" | "Repoint" | "Delete">("Create", "Repoint", "Delete")),
      ),
      soakSeconds: onceIn(2, fc.constant(0)),
      foreignQueues: onceIn(2, fc.constant("Repoint" as const)),
    })
    .map(({ shape: made, policy, holdBefore, soakSeconds, foreignQueues, ...rest }) => ({
      ...made,
      ...present(rest),
      replacement: present({ policy, holdBefore, soakSeconds, foreignQueues }),
    }));

const names = ["team_ce", "e1", "e2", "e3"] as const;

const owners: fc.Arbitrary<Tags> = fc.oneof(
  { weight: 40, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ "awsbatch.dev/uid": "old" }) },
  { weight: 1, arbitrary: fc.constant({ "awsbatch.dev/cluster-uid": "cluster-0" }) },
  { weight: 4, arbitrary: fc.constant({ "awsbatch.dev/name": "else" }) },
);

/** The tags of an environment of ours, or that it is somebody else's. */
const tags: fc.Arbitrary<{ readonly own: Tags; readonly foreign: boolean }> = fc.record({
  own: fc
    .record({
      owner: owners,
      createdAt: fc.constantFrom(ago(5), ago(600), ago(90_000)),
      retiredAt: onceIn(4, fc.constantFrom(ago(30), ago(300))),
      servingSince: onceIn(2, fc.constantFrom(ago(1), ago(30), ago(700))),
      returned: rarely(6),
    })
    .map(({ owner, createdAt, retiredAt, servingSince, returned }) => ({
      ...owner,
      "awsbatch.dev/created-at": createdAt,
      ...(retiredAt === undefined ? {} : { "awsbatch.dev/retired-at": retiredAt }),
      ...(servingSince === undefined ? {} : { "awsbatch.dev/serving-since": servingSince }),
      ...(returned ? { "awsbatch.dev/returned-at": `${ago(20)}/${planId(other, identity)}` } : {}),
    })),
  foreign: rarely(6),
});

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

function environmentOf(
  name: (typeof names)[number],
  shape: fc.Arbitrary<BatchComputeEnvironmentSpec>,
): fc.Arbitrary<Environment> {
  return fc
    .record({
      shape,
      state: fc.constantFrom<"ENABLED" | "DISABLED">("ENABLED", "ENABLED", "ENABLED", "DISABLED"),
      status: fc.constantFrom(...statuses),
      statusReason: fc.constantFrom("no", "Not authorized to perform sts:AssumeRole"),
      tags,
    })
    .map(({ shape: made, state, status, statusReason, tags: { own, foreign } }) => {
      // What is retired is mostly DISABLED too.
      const retired = "awsbatch.dev/retired-at" in own && statusReason === "no";
      const change = { state: retired ? ("DISABLED" as const) : state, status, statusReason, tags: own };
      const one = environment(name, made, change);
      if (!foreign) return one;
      return { ...one, tags: status === "UPDATING" ? { "awsbatch.dev/retained-from": "default/team/ce" } : {} };
    });
}

const anyShape = fc.constantFrom(...shapes);

/** Any of them may be there. */
const anyEnvironments: fc.Arbitrary<readonly Environment[]> = fc
  .tuple(...names.map((name) => fc.option(environmentOf(name, anyShape), { freq: 2, nil: undefined })))
  .map((all) => all.filter((one) => one !== undefined));

/** In the middle of a replacement: one that does not fit, and one that does. */
const oldAndNew: fc.Arbitrary<readonly Environment[]> = fc.tuple(
  environmentOf("e1", fc.constant(ec2)),
  environmentOf("e2", fc.constant(other)),
);

const queues: fc.Arbitrary<readonly QueueSeen[]> = fc
  .array(
    fc.record({
      order: fc.uniqueArray(fc.constantFrom<(typeof names)[number]>("e1", "e1", "e2", "e2", "e3", "team_ce"), {
        maxLength: 2,
      }),
      foreign: rarely(2),
      status: fc.constantFrom("VALID", "VALID", "VALID", "VALID", "UPDATING", "INVALID", "DELETING"),
      heldBy: fc.option(
        fc.constantFrom<"awsbatch.dev/paused" | "awsbatch.dev/dry-run">("awsbatch.dev/paused", "awsbatch.dev/dry-run"),
        { freq: 12, nil: undefined },
      ),
      pinned: rarely(12),
    }),
    { maxLength: 2 },
  )
  .map((all) =>
    all.map(({ order, foreign, status, heldBy, pinned }, index) =>
      queue(`q${index}`, order, { foreign, status, object: { heldBy, literalNames: pinned ? order : [] } }),
    ),
  );

const jobsSeen: fc.Arbitrary<JobsSeen> = fc.constantFrom<JobsSeen>(
  { kind: "unread", why: "no" },
  { kind: "read", remaining: [], zeroForMs: 60_000 },
  { kind: "read", remaining: [], zeroForMs: 60_000 },
  { kind: "read", remaining: [], zeroForMs: 0 },
  { kind: "read", remaining: [job("j1", { queue: "q0" })], zeroForMs: undefined },
  { kind: "read", remaining: [job("j2", { queue: "q1" }), job("j1", { queue: "q0" })], zeroForMs: undefined },
);

/** The jobs in the cluster of this environment, but for those with an even number: their place is not known. */
function placed(jobs: JobsSeen, name: string): JobsSeen {
  if (jobs.kind === "unread") return jobs;
  const cluster = `AWSBatch-${name}`;
  return { ...jobs, remaining: jobs.remaining.map((one) => (one.jobId === "j2" ? one : { ...one, cluster })) };
}

/** An approval that names all of them, for a step or for another try; or one that lets nothing go on. */
function approved(id: string, step: HeldStep | "Again" | "Nothing", all: readonly Environment[]): string {
  if (step === "Again") return `${id}/Repoint@${ago(20)}`;
  return step === "Nothing" ? `${id}/nothing` : approvalOf({ planId: id }, step, all);
}

interface World {
  readonly spec: BatchComputeEnvironmentSpec;
  readonly seen: Seen;
}

/** Of a few acts, whether they are to be done or not: what AWS said to them, a while ago. */
const refusals: fc.Arbitrary<Seen["refusals"]> = fc
  .subarray([
    ...names.flatMap((name) =>
      ["retire", "inUse", "disable", "delete", "revalidate", "serving"].map((act) => `${act} ${name}`),
    ),
    "repointForeign q0",
    "repointForeign q1",
  ])
  .chain((acts) => fc.tuple(fc.constant(acts), fc.array(fc.nat(1200), { minLength: acts.length })))
  .map(([acts, ages]) => {
    const failure = { kind: "denied", operation: "batch:X", message: "no", advice: "" };
    return new Map(acts.map((act, index) => [act, { failure, at: now - (ages[index] ?? 0) * 1000 }]));
  });

const worlds: fc.Arbitrary<World> = fc
  .record({
    given: fc.oneof(
      fc.record({ spec: specOf(anyShape), there: anyEnvironments }),
      fc.record({ spec: specOf(fc.constant(other)), there: oldAndNew }),
    ),
    queues,
    jobs: fc.tuple(...names.map(() => jobsSeen)),
    deleting: rarely(5),
    retain: rarely(6),
    adoptionPolicy: fc.constantFrom<"Never" | "IfMatching" | "IfExists">("Never", "IfMatching", "IfExists"),
    adoptable: fc.constantFrom(false, true, true),
    allowForeignRepoint: rarely(4).map((denied) => !denied),
    approved: fc.constantFrom<HeldStep | "Again" | "Nothing">("Create", "Repoint", "Again", "Delete", "Nothing"),
    absent: rarely(6).map((doubtful) => !doubtful),
    targetRuns: fc.constantFrom(undefined, true, false),
    tried: fc.boolean(),
    refusals,
  })
  .map(({ given: { spec: desired, there }, jobs, ...rest }) => ({
    spec: desired,
    seen: seen(desired, {
      environments: there,
      queues: rest.queues,
      jobs: new Map(names.map((name, index) => [name, placed(jobs[index] ?? { kind: "unread", why: "no" }, name)])),
      freeName: { name: "fresh", absent: rest.absent, attempt: 1 },
      targetRuns: rest.targetRuns,
      desiredvCpus: new Map(),
      deleteTriedAt: new Map(rest.tried ? names.map((name) => [name, now - 1000]) : []),
      refusals: rest.refusals,
      nameSeen: mayAdopt(rest.adoptable),
      settings: { ...settings, allowForeignRepoint: rest.allowForeignRepoint },
      directives: {
        ...directives,
        deleting: rest.deleting,
        retain: rest.retain,
        adoptionPolicy: rest.adoptionPolicy,
        approved: approved(planId(desired, identity), rest.approved, there),
      },
    }),
  }));

/** Both lists as AWS might have listed them another time. */
const listedTwice: fc.Arbitrary<{ readonly world: World; readonly other: World }> = worlds.chain((world) =>
  fc
    .record({
      environments: fc.shuffledSubarray([...world.seen.environments], { minLength: world.seen.environments.length }),
      queues: fc.shuffledSubarray([...world.seen.queues], { minLength: world.seen.queues.length }),
    })
    .map((lists) => ({ world, other: { ...world, seen: { ...world.seen, ...lists } } })),
);

const planned = ({ spec: desired, seen: given }: World, at = now) => chosen(object(desired), given, at);

const byName = ({ seen: given }: World, name: string): Environment | undefined =>
  given.environments.find((one) => one.computeEnvironmentName === name);

const namedByLiveQueue = ({ seen: given }: World, name: string): boolean =>
  given.queues.some(({ queue: one, order }) => one.status !== "DELETING" && order.includes(name));

const isOurs = (one: Environment | undefined): boolean => ownershipOf(one?.tags, identity).kind === "ours";

/** The environments that an action writes to. */
function written(action: Action): readonly string[] {
  switch (action.kind) {
    case "tag":
      return action.items.map(({ name }) => name);
    case "update":
    case "enable":
    case "disable":
    case "delete":
      return [action.name];
    default:
      return [];
  }
}

/** Each says whether an action keeps it. */
const laws: Readonly<Record<string, (action: Action, world: World) => boolean>> = {
  "never disables, retires or deletes what a live queue names": (action, world) => {
    const going =
      action.kind === "disable" || action.kind === "delete" || (action.kind === "tag" && action.purpose === "retire");
    return !going || written(action).every((name) => !namedByLiveQueue(world, name));
  },
  "disables and enables by an update only what the spec says": (action, world) => {
    if (action.kind !== "update" || action.request.state === undefined) return true;
    return action.request.state === (world.spec.state ?? byName(world, action.name)?.state);
  },
  "starts no job, and makes nothing, while the spec says DISABLED and a queue names what is ENABLED": (
    action,
    world,
  ) => {
    const starts = action.kind === "create" || action.kind === "repointForeign" || action.kind === "enable";
    if (!starts || world.spec.state !== "DISABLED" || world.seen.directives.deleting) return true;
    return world.seen.environments.every(
      (one) =>
        !isOurs(one) ||
        one.state === "DISABLED" ||
        (one.status !== "VALID" && one.status !== "INVALID") ||
        !namedByLiveQueue(world, one.computeEnvironmentName),
    );
  },
  "touches nothing that is not ours, but what it may adopt or was left to it": (action, world) =>
    written(action).every((name) => {
      const { kind } = ownershipOf(byName(world, name)?.tags, identity);
      const { directives: desired, nameSeen } = world.seen;
      if (action.kind === "tag" && action.purpose === "adopt") {
        return kind === "foreign" && desired.adoptionPolicy !== "Never" && notAdoptable(nameSeen) === undefined;
      }
      return kind === "ours" || (action.kind === "tag" && action.purpose === "takeOver" && kind === "retained");
    }),
  "writes a queue only when it is foreign, where spec and flag allow it": (action, world) => {
    if (action.kind !== "repointForeign") return true;
    const found = world.seen.queues.find(({ queue: one }) => one.jobQueueName === action.queue);
    return (
      found?.object === undefined &&
      world.spec.replacement?.foreignQueues === "Repoint" &&
      world.seen.settings.allowForeignRepoint &&
      Object.keys(action.request).join() === "jobQueue,computeEnvironmentOrder"
    );
  },
  "leaves a foreign queue with one to three environments, all VALID, one of them ENABLED if one was": (
    action,
    world,
  ) => {
    if (action.kind !== "repointForeign") return true;
    const found = world.seen.queues.find(({ queue: one }) => one.jobQueueName === action.queue);
    const order = (action.request.computeEnvironmentOrder ?? []).map((one) => one.computeEnvironment ?? "");
    const enabled = (name: string): boolean => byName(world, name)?.state === "ENABLED";
    return (
      order.length >= 1 &&
      order.length <= 3 &&
      new Set(order).size === order.length &&
      order.every((name) => byName(world, name)?.status === "VALID") &&
      (found?.order.some(enabled) !== true || order.some(enabled))
    );
  },
  "ends jobs only where the spec says so, in queues of ours, on what is out of use": (action, world) => {
    if (action.kind !== "terminateJobs") return true;
    const jobs = world.seen.jobs.get(action.name);
    const ended = jobs?.kind === "read" ? jobs.remaining.filter(({ jobId }) => action.jobIds.includes(jobId)) : [];
    const owner = (name: string) => world.seen.queues.find(({ queue: one }) => one.jobQueueName === name);
    return (
      world.spec.drain?.policy === "Terminate" &&
      !namedByLiveQueue(world, action.name) &&
      ended.length === action.jobIds.length &&
      ended.every((one) => one.cluster === `AWSBatch-${action.name}`) &&
      ended.every((one) => owner(one.queue)?.object !== undefined)
    );
  },
  "deletes only what is DISABLED, marked, and was empty twice": (action, world) => {
    if (action.kind !== "delete") return true;
    const [one, jobs] = [byName(world, action.name), world.seen.jobs.get(action.name)];
    return (
      one?.state === "DISABLED" &&
      one.tags?.["awsbatch.dev/retired-at"] !== undefined &&
      jobs?.kind === "read" &&
      jobs.remaining.length === 0 &&
      (jobs.zeroForMs ?? 0) >= 10_000
    );
  },
  "creates only under a free name that is surely absent, and nothing in deletion": (action, world) =>
    action.kind !== "create" ||
    (action.request.computeEnvironmentName === "fresh" &&
      world.seen.freeName.absent &&
      !world.seen.directives.deleting),
};

describe("whatever is in AWS, the next step of a compute environment", () => {
  it("is an act just as well when AWS has refused some", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const unrefused = { ...world, seen: { ...world.seen, refusals: new Map() } };
        expect(planned(world).next.kind === "act").toBe(planned(unrefused).next.kind === "act");
      }),
      { numRuns: 2000 },
    );
  });

  it("is never what goes on instead while AWS refuses it", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { next, instead } = planned(world);
        if (next.kind === "act" && instead?.next.kind === "act") expect(instead.next.action).not.toEqual(next.action);
      }),
      { numRuns: 2000 },
    );
  });

  it(`keeps the laws: ${Object.keys(laws).join("; ")}`, () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { next } = planned(world);
        if (next.kind !== "act") return;
        const broken = Object.entries(laws).filter(([, keeps]) => !keeps(next.action, world));
        expect(broken.map(([law]) => law)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it("is the same each time, in whatever order AWS lists", () => {
    fc.assert(
      fc.property(listedTwice, ({ world, other: again }) => {
        const choice = planned(world);
        expect(planned(again)).toEqual(choice);
        expect(report(object(again.spec), again.seen, choice, now)).toEqual(
          report(object(world.spec), world.seen, choice, now),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("once there is none, stays none, and one VALID environment of ours is as desired", () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: 0, max: 30 * 86_400_000 }), (world, later) => {
        const choice = planned(world);
        expect(choice.change.action === "Delete").toBe(world.seen.directives.deleting);
        if (choice.next.kind !== "serves") return;
        expect(choice).toMatchObject({ serving: true, change: { action: "None" } });
        expect(planned(world, now + later).next).toEqual(choice.next);
        const ours = world.seen.environments.filter(isOurs);
        expect(ours.map(({ status }) => status)).toEqual(["VALID"]);
        expect(ours.flatMap((one) => differences(world.spec, one))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
