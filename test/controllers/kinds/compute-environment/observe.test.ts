import { describe, expect, it } from "vitest";
import type { Condition, KubeObject } from "../../../../src/api/object.ts";
import { cleanupFinalizer } from "../../../../src/api/v1alpha1/annotations.ts";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import { environmentName, orderOf } from "../../../../src/controllers/draining/queue-order.ts";
import { newMemory, roleFixed } from "../../../../src/controllers/kinds/compute-environment/memory.ts";
import { type Observed, observe } from "../../../../src/controllers/kinds/compute-environment/observe.ts";
import { planId } from "../../../../src/controllers/kinds/compute-environment/request.ts";
import { environmentRoleUser } from "../../../../src/controllers/kinds/compute-environment/roles.ts";
import { clusterName } from "../../../../src/controllers/kinds/compute-environment/seen.ts";
import { baseNameOf } from "../../../../src/controllers/ownership/naming.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { placed } from "../../../../src/controllers/parts/network-reference/fill.ts";
import { filledObject } from "../../../../src/controllers/parts/roles/with-roles.ts";
import { circumstancesOf } from "../../../../src/controllers/pass/circumstances.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { StoreError } from "../../../../src/runtime/store.ts";
import { type FakeRegion, fakeRegion, objectsOf } from "../../region.ts";
import * as queues from "../job-queue/given.ts";
import { ec2, environment, identity, job, now, object, queue, settings, withResources } from "./given.ts";

const signal = new AbortController().signal;
const iso = (secondsAgo: number): string => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;

function watched(objects: readonly KubeObject[] = [], clock = new VirtualClock(now)) {
  const reconciles: Ports["reconciles"] = ({ metadata }) => metadata.namespace !== "elsewhere";
  const ports = { clock, objects: objectsOf(objects), cluster: identity.cluster, settings, reconciles };
  const memory = newMemory();
  const pass = (region: FakeRegion, whole = object()): Promise<Observed> =>
    observe(whole, region, ports as unknown as Ports, memory, signal);
  return { pass, clock, memory };
}

const pass = (region: FakeRegion, objects: readonly KubeObject[] = []): Promise<Observed> =>
  watched(objects).pass(region);

const retiring = (change: Partial<Environment> = {}, name = "team_ce-00000001"): Environment =>
  environment(name, ec2, {
    state: "DISABLED",
    ...change,
    tags: { "awsbatch.dev/retired-at": iso(300), ...change.tags },
  });
const jobQueue = (name: string, environments: readonly string[], tags: Record<string, string> = {}) => ({
  ...queue(name, environments).queue,
  tags,
});
const ofObject = (name: string) => ownerTags(queues.identityOf(name));

describe("what was counted when an object was last observed", () => {
  const standing = fakeRegion({ computeEnvironments: [environment("team_ce-00000001"), environment("other")] });

  const { metadata } = object();
  const whole = { ...object(), metadata: { ...metadata, finalizers: [cleanupFinalizer] } };

  it("is kept while it may create an environment", async () => {
    const { pass, memory } = watched();
    await pass(standing, whole);
    expect([...memory.counted]).toEqual([[metadata.uid, 2]]);
  });

  it.each<[string, Partial<BatchComputeEnvironment["metadata"]>]>([
    ["is being deleted", { deletionTimestamp: iso(10) }],
    ["has no finalizer", { finalizers: [] }],
  ])("is forgotten once it %s, as it may go without another pass", async (_state, change) => {
    const { pass, memory } = watched();
    await pass(standing, whole);
    await pass(standing, { ...whole, metadata: { ...whole.metadata, ...change } });
    expect([...memory.counted]).toEqual([]);
  });
});

describe("names", () => {
  it.each<[string, BatchComputeEnvironmentSpec, string]>([
    ["the default", ec2, "team_ce"],
    ["the spec's own", { ...ec2, computeEnvironmentName: "mine" }, "mine"],
  ])("the base name is %s", (_name, spec, expected) => {
    expect(baseNameOf(object(spec))).toBe(expected);
  });

  it.each<[string, readonly string[], string, number]>([
    ["the first one", [], "", 1],
    ["the second while the first exists", [""], "-2", 2],
    ["one after the highest, so that attempts are counted", ["-3"], "-4", 4],
    ["not led astray by others", ["-x", "-2x", "-99999999"], "", 1],
  ])("a new environment gets %s", async (_name, taken, suffix, attempt) => {
    const { planId } = await pass(fakeRegion());
    const environments = taken.map((ending) => environment(`team_ce-${planId}${ending}`));
    const { freeName } = await pass(fakeRegion({ computeEnvironments: environments }));
    expect(freeName).toEqual({ name: `team_ce-${planId}${suffix}`, absent: true, attempt });
  });

  it("are read from names and ARNs", () => {
    expect(environmentName("arn:aws:batch:r:1:compute-environment/ce")).toBe("ce");
    expect(environmentName("ce")).toBe("ce");
    expect(environmentName(undefined)).toBe("");
    expect(clusterName(environment("ce"))).toBe("AWSBatch-ce");
    expect(clusterName(environment("ce", ec2, { ecsClusterArn: "" }))).toBeUndefined();
    expect(clusterName(environment("ce", ec2, { ecsClusterArn: undefined }))).toBeUndefined();
    expect(orderOf({ jobQueueName: "q", jobQueueArn: "arn" } as never)).toEqual([]);
  });
});

describe("what is seen", () => {
  it("has no tombstones", async () => {
    const region = fakeRegion({
      computeEnvironments: [environment("gone", ec2, { status: "DELETED" }), environment("team_ce-00000001")],
      jobQueues: [{ ...jobQueue("gone", []), status: "DELETED" }, jobQueue("q1", [])],
    });
    const seen = await pass(region);
    expect(seen.environments.map((one) => one.computeEnvironmentName)).toEqual(["team_ce-00000001"]);
    expect(seen.queues.map((one) => one.queue.jobQueueName)).toEqual(["q1"]);
  });

  it("costs no call at rest", async () => {
    const region = fakeRegion({
      computeEnvironments: [environment("team_ce-00000001")],
      jobQueues: [jobQueue("q1", ["team_ce-00000001"])],
    });
    await pass(region);
    expect(region.calls).toEqual([]);
  });

  it("asks for another listing while the absence of a name may not be believed", async () => {
    const region = fakeRegion();
    region.absent = false;
    const { freeName } = await pass(region);
    expect(freeName.absent).toBe(false);
    expect(region.calls).toEqual([`expectAbsence compute-environment ${freeName.name}`]);
  });

  it("reports which of ours a queue may name although none is seen to", async () => {
    const region = fakeRegion({ computeEnvironments: [environment("team_ce-00000001")] });
    expect((await pass(region)).mayBeNamed).toEqual(new Set());
    region.absent = false;
    expect((await pass(region)).mayBeNamed).toEqual(new Set(["team_ce-00000001"]));
  });

  it("reports a queue of ours with its object, and no other", async () => {
    const paused = queues.object({
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: "arn:x/team_ce-00000001" }],
      jobQueueType: "ECS",
    });
    const owner: KubeObject = {
      ...paused,
      metadata: { ...paused.metadata, annotations: { "awsbatch.dev/paused": "true" } },
      status: { conditions: [{ type: "Stalled", status: "True", reason: "No", message: "way" }] },
    };
    const region = fakeRegion({
      jobQueues: [
        jobQueue("team_q", ["team_ce-00000001"], ofObject("q")),
        jobQueue("orphan", ["team_ce-00000001"], ofObject("gone")),
        jobQueue("theirs", ["team_ce-00000001"]),
        jobQueue("twin", ["team_ce-00000001"], { ...ofObject("q"), "awsbatch.dev/cluster-uid": "cluster-0" }),
        jobQueue("copy", ["team_ce-00000001"], ofObject("q")),
      ],
    });
    const { queues: seen } = await pass(region, [owner]);
    expect(seen.map(({ owner: key, object: known }) => [key?.name, known])).toEqual([
      [
        "q",
        {
          heldBy: "awsbatch.dev/paused",
          deleting: false,
          mayUse: true,
          literalNames: ["team_ce-00000001"],
          jobQueueType: "ECS",
          stalled: "No: way",
        },
      ],
      ["gone", undefined],
      [undefined, undefined],
      [undefined, undefined],
      ["q", undefined],
    ]);
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ["paused", { "awsbatch.dev/paused": "true" }, "awsbatch.dev/paused"],
    ["dry-run", { "awsbatch.dev/dry-run": "true" }, "awsbatch.dev/dry-run"],
    ["both", { "awsbatch.dev/dry-run": "true", "awsbatch.dev/paused": "true" }, "awsbatch.dev/paused"],
    ["neither", { "awsbatch.dev/dry-run": "false", "awsbatch.dev/paused": "false" }, undefined],
  ])("reports by which annotation a queue object is held back: %s", async (_name, annotations, expected) => {
    const region = fakeRegion({ jobQueues: [jobQueue("team_q", ["team_ce-00000001"], ofObject("q"))] });
    const held = queues.object();
    const { queues: seen } = await pass(region, [{ ...held, metadata: { ...held.metadata, annotations } }]);
    expect(seen[0]?.object?.heldBy).toBe(expected);
  });

  it("reports a queue object that is not stalled and refers to objects", async () => {
    const region = fakeRegion({ jobQueues: [jobQueue("team_q", ["team_ce-00000001"], ofObject("q"))] });
    const { queues: seen } = await pass(region, [queues.object()]);
    expect(seen[0]?.object).toEqual({
      heldBy: undefined,
      deleting: false,
      mayUse: true,
      literalNames: [],
      jobQueueType: undefined,
      stalled: undefined,
    });
  });

  it("reports the older object that claims the same name", async () => {
    const older = object({ ...ec2, computeEnvironmentName: "team_ce" });
    const metadata = { ...older.metadata, uid: "u0", name: "a", creationTimestamp: "2025-01-01T00:00:00Z" };
    expect((await pass(fakeRegion(), [object(), { ...older, metadata }])).claimedBy).toBe("team/a");
    const leaving = { ...metadata, deletionTimestamp: iso(1) };
    expect((await pass(fakeRegion(), [object(), { ...older, metadata: leaving }])).claimedBy).toBeUndefined();
  });
});

describe("replacements elsewhere", () => {
  const one = (name: string, owner: string, change: Partial<Environment> = {}): Environment =>
    environment(name, ec2, { ...change, tags: { "awsbatch.dev/name": owner, ...change.tags } });
  const made = (day: number) => ({ "awsbatch.dev/created-at": `2026-01-0${day}T00:00:00Z` });
  const serves = { "awsbatch.dev/serving-since": iso(1) };
  const a = object();
  const ofA = { ...a, metadata: { ...a.metadata, name: "a" } };
  const successorOf = (spec: BatchComputeEnvironmentSpec, suffix = ""): string =>
    `team_a-${planId(spec, { ...identity, name: "a" })}${suffix}`;
  const successor = successorOf(ec2);
  const onItsWay = [one("a1", "a"), one(successor, "a", { tags: made(2) })];

  it.each<[string, readonly Environment[], number]>([
    ["none where each object has one environment", [one("a1", "a"), one("b1", "b")], 0],
    ["one where a successor is on its way", onItsWay, 1],
    ["one where a further attempt is on its way", [one("a1", "a"), one(`${successor}-2`, "a", { tags: made(2) })], 1],
    [
      "not where an object waits for its turn next to a successor for its last plan",
      [one("a1", "a"), one("team_a-00000000", "a", { tags: made(2) })],
      0,
    ],
    [
      "not where the spec went back to an older one",
      [one(successor, "a"), one("team_a-00000000", "a", { tags: made(2) })],
      0,
    ],
    ["not through the soak", [one("a1", "a"), one(successor, "a", { tags: { ...made(2), ...serves } })], 0],
    [
      "one where a served one is followed",
      [one("a1", "a", { tags: serves }), one(successor, "a", { tags: made(2) })],
      1,
    ],
    [
      "not where the old one is retired",
      [one("a1", "a", { tags: { "awsbatch.dev/retired-at": iso(1) } }), one(successor, "a")],
      0,
    ],
    ["not where the old one is being deleted", [one("a1", "a", { status: "DELETING" }), one(successor, "a")], 0],
    [
      "not where AWS found the successor INVALID",
      [one(successor, "a", { status: "INVALID", tags: made(2) }), one("a1", "a")],
      0,
    ],
    ["not this object's own", [environment("x1"), environment("x2")], 0],
    ["not another cluster's", [1, 2].map((n) => one(`a${n}`, "a", { tags: { "awsbatch.dev/cluster": "else" } })), 0],
  ])("%s", async (_name, environments, expected) => {
    expect((await pass(fakeRegion({ computeEnvironments: environments }), [ofA])).replacementsElsewhere.underWay).toBe(
      expected,
    );
  });

  const ready = (status: Partial<Condition>) => ({
    status: {
      conditions: [
        { type: "Ready", status: "False", reason: "Creating", message: "", lastTransitionTime: iso(600), ...status },
      ],
    },
  });
  it.each<[string, Partial<KubeObject>]>([
    ["is paused", { metadata: { ...ofA.metadata, annotations: { "awsbatch.dev/paused": "true" } } }],
    ["is a dry run", { metadata: { ...ofA.metadata, annotations: { "awsbatch.dev/dry-run": "true" } } }],
    ["is being deleted", { metadata: { ...ofA.metadata, deletionTimestamp: iso(1) } }],
    ["waits for an approval", ready({ reason: "AwaitingApproval" })],
    ["waits for a queue that is paused", ready({ reason: "QueuePaused" })],
    ["waits for a queue that is being deleted", ready({ reason: "QueueBeingDeleted" })],
    ["has been verified for a quarter of an hour", ready({ reason: "Verifying", lastTransitionTime: iso(901) })],
    ["is Stalled", ready({ type: "Stalled", status: "True", reason: "UnmanagedQueue" })],
    ["is not there", { metadata: { ...ofA.metadata, name: "b" } }],
  ])("none of an object that %s, for that may last", async (_name, change) => {
    const given = [{ ...ofA, ...change }];
    expect((await pass(fakeRegion({ computeEnvironments: onItsWay }), given)).replacementsElsewhere.underWay).toBe(0);
  });

  it.each<[string, readonly KubeObject[], Record<string, string>]>([
    ["that goes on", [{ ...ofA, ...ready({}) }], {}],
    ["that is verified", [{ ...ofA, ...ready({ reason: "Verifying", lastTransitionTime: iso(900) }) }], {}],
    ["in a namespace that is not watched", [], { "awsbatch.dev/namespace": "elsewhere" }],
  ])("one of an object %s", async (_name, objects, tags) => {
    const environments = onItsWay.map((each) => ({ ...each, tags: { ...each.tags, ...tags } }));
    expect(
      (await pass(fakeRegion({ computeEnvironments: environments }), objects)).replacementsElsewhere.underWay,
    ).toBe(1);
  });

  it.each<[string, Partial<KubeObject>, string | undefined]>([
    ["of another namespace that waits", ready({ reason: "WaitingForOtherReplacements" }), "quiet"],
    ["of one that does not wait", ready({ reason: "Creating" }), undefined],
  ])("lets a namespace with fewer go first: one %s", async (_what, status, expected) => {
    const quiet = { "awsbatch.dev/namespace": "quiet" };
    const waiting = { ...ofA, ...status, metadata: { ...ofA.metadata, namespace: "quiet", uid: "uid-quiet" } };
    const theirs = one("quiet_a-1", "a");
    const environments = [...onItsWay, { ...theirs, tags: { ...theirs.tags, ...quiet } }];
    const seen = await pass(fakeRegion({ computeEnvironments: environments }), [ofA, waiting]);
    expect(seen.replacementsElsewhere).toMatchObject({ underWay: 1, goesFirst: expected });
  });

  const waitingOf = (namespace: string, since: number): KubeObject => ({
    ...ofA,
    ...ready({ reason: "WaitingForOtherReplacements", lastTransitionTime: iso(since) }),
    metadata: { ...ofA.metadata, namespace, uid: `uid-${namespace}-${since}` },
  });
  it.each<[string, KubeObject, number | undefined, readonly string[]]>([
    ["that waits before this one begins to", waitingOf("team", 60), undefined, ["team/a"]],
    ["that has waited longer than this one", waitingOf("team", 60), 59, ["team/a"]],
    ["but none that has waited as long", waitingOf("team", 60), 60, []],
    ["but none that another shard reconciles", waitingOf("elsewhere", 60), undefined, []],
  ])("names those %s", async (_what, waiting, ownSince, expected) => {
    const { namespace } = waiting.metadata;
    const theirs = one("a1", "a");
    const environments = [{ ...theirs, tags: { ...theirs.tags, "awsbatch.dev/namespace": namespace } }];
    const { metadata } = object();
    const own = ownSince === undefined ? [] : [{ ...waitingOf("team", ownSince), metadata }];
    const seen = await pass(fakeRegion({ computeEnvironments: environments }), [waiting, ...own]);
    expect(seen.replacementsElsewhere.waitLonger).toEqual(expected);
  });

  it("one of an object that selects its subnets, and has roles created for it", async () => {
    const given: BatchComputeEnvironmentSpec = {
      ...withResources(ec2, { subnets: undefined, instanceRole: undefined, subnetSelector: { tags: { a: "b" } } }),
      iam: { serviceRole: {} },
    };
    const selected = { status: { network: { resolvedSubnets: { ids: ["subnet-1"] } } } };
    const whole = { ...ofA, ...selected, spec: given } as unknown as BatchComputeEnvironment;
    const region = fakeRegion();
    const filled = filledObject(placed(whole), environmentRoleUser, region, {
      objects: objectsOf([]),
      cluster: identity.cluster,
    }).spec;
    expect(planId(filled, identity)).not.toBe(planId(given, identity));
    region.computeEnvironments = [one("a1", "a"), one(successorOf(filled), "a", { tags: made(2) })];
    expect((await pass(region, [whole])).replacementsElsewhere.underWay).toBe(1);
  });
});

describe("the mark of an environment that is on its way out", () => {
  const marked = (mark: string): FakeRegion =>
    fakeRegion({
      computeEnvironments: [environment("team_ce-00000001", ec2, { tags: { "awsbatch.dev/retired-at": mark } })],
    });
  const shownForMs = async (watcher: ReturnType<typeof watched>, mark: string): Promise<number | undefined> =>
    (await watcher.pass(marked(mark))).markShownForMs.get("team_ce-00000001");

  it("is seen from the first pass on, whatever time it says", async () => {
    const watcher = watched();
    expect(await shownForMs(watcher, iso(45))).toBe(0);
    await watcher.clock.advance(9000);
    expect(await shownForMs(watcher, iso(45))).toBe(9000);
    expect(await shownForMs(watcher, iso(3))).toBe(0);
    await watcher.pass(fakeRegion({ computeEnvironments: [environment("team_ce-00000001")] }));
    await watcher.clock.advance(1000);
    expect(await shownForMs(watcher, iso(3))).toBe(0);
  });

  it("has settled when another process wrote it longer ago than a write of it could take", async () => {
    const watcher = watched();
    expect(await shownForMs(watcher, iso(46))).toBeUndefined();
    expect(await shownForMs(watcher, iso(46))).toBeUndefined();
    watcher.memory.marks.written.set("eu-west-1/team_ce-00000001", iso(60));
    expect(await shownForMs(watcher, iso(60))).toBe(0);
    expect(await shownForMs(watcher, "?")).toBe(0);
  });
});

describe("the jobs on an environment that is on its way out", () => {
  it("are counted over all queues, for an object with environments that are to be emptied", async () => {
    const onOld = job("j1", { cluster: "AWSBatch-team_ce-00000001" });
    const region = fakeRegion({ computeEnvironments: [retiring()], jobsByQueue: { theirs: [onOld] } });
    expect((await pass(region)).jobs.get("team_ce-00000001")).toMatchObject({ kind: "read", remaining: [onOld] });
  });

  it("are forgotten with all other ages together with the environment, and nothing of those that stay", async () => {
    const { pass: passAgain, memory } = watched();
    const old = retiring();
    const kept = environment("team_ce-00000005", ec2, { status: "INVALID" });
    await passAgain(fakeRegion({ computeEnvironments: [old, kept] }));
    const [oldKey, keptKey] = ["eu-west-1/team_ce-00000001", "eu-west-1/team_ce-00000005"];
    memory.marks.written.set(oldKey, "").set(keptKey, "");
    const tried = { at: now, under: circumstancesOf(object()) };
    memory.deleteTried.set(oldKey, tried).set(keptKey, tried);
    memory.terminatedAt.set(oldKey, now).set(keptKey, now);
    const known = (): readonly (readonly string[])[] =>
      [
        memory.zeroSince,
        memory.countsFrom,
        memory.marks.shown,
        memory.marks.written,
        memory.deleteTried,
        memory.terminatedAt,
        memory.shownvCpus,
        memory.invalidSince,
      ].map((ages) => [...ages.keys()].toSorted());
    const both = [oldKey, keptKey];
    expect(known()).toEqual([[oldKey], [oldKey], [oldKey], both, both, both, both, [keptKey]]);
    await passAgain(fakeRegion({ computeEnvironments: [kept] }));
    expect(known()).toEqual([[], [], [], [keptKey], [keptKey], [keptKey], [keptKey], [keptKey]]);
    await passAgain(fakeRegion());
    expect([...known(), [...memory.names.keys()]]).toEqual([[], [], [], [], [], [], [], [], []]);
  });
});

describe("during the soak, whether a job runs on the target", () => {
  const serves = { tags: { "awsbatch.dev/serving-since": iso(60) } };
  const soak = (jobs: FakeRegion["jobsByQueue"], change: Partial<Environment> = {}): FakeRegion =>
    fakeRegion({
      computeEnvironments: [
        environment("team_ce-00000001"),
        environment("team_ce-00000002", ec2, { ...serves, ...change }),
      ],
      jobQueues: [jobQueue("q1", ["team_ce-00000002"]), jobQueue("q2", ["x"])],
      jobsByQueue: jobs,
    });

  const counts = ["activeJobs q1 from -Infinity"];
  const beingCounted = Object.assign(soak({ q1: [job("j", { cluster: "AWSBatch-team_ce-00000002" })] }), {
    counting: true,
  });

  it.each<[string, FakeRegion, boolean | undefined, readonly string[]]>([
    ["is not known while the jobs are being counted", beingCounted, undefined, counts],
    ["is found", soak({ q1: [job("j", { cluster: "AWSBatch-team_ce-00000002" })] }), true, counts],
    [
      "is not found in another cluster",
      soak({ q1: [job("j", { cluster: "AWSBatch-team_ce-00000001" })] }),
      false,
      counts,
    ],
    [
      "is not found in what only waits",
      soak({ q1: [job("j", { status: "PENDING", cluster: "AWSBatch-team_ce-00000002" })] }),
      false,
      counts,
    ],
    [
      "is not found in what is only being started: no instance has proved itself by that",
      soak({ q1: [job("j", { status: "STARTING", cluster: "AWSBatch-team_ce-00000002" })] }),
      false,
      counts,
    ],
    ["is not read before the target serves", soak({}, { tags: {} }), undefined, []],
    ["is not read without a cluster", soak({}, { ecsClusterArn: undefined }), undefined, []],
    [
      "is not read when only the target is left",
      fakeRegion({ computeEnvironments: [environment("team_ce-00000002", ec2, serves)] }),
      undefined,
      [],
    ],
    [
      "is not read when nothing is VALID",
      fakeRegion({ computeEnvironments: [environment("team_ce-00000002", ec2, { status: "INVALID" })] }),
      undefined,
      [],
    ],
  ])("%s", async (_name, region, expected, calls) => {
    expect((await pass(region)).targetRuns).toBe(expected);
    expect(region.calls).toEqual(calls);
  });

  it("stays unknown when AWS does not answer, and a fault of ours is no answer", async () => {
    const region = soak({});
    region.before = () => {
      throw new AwsError("throttled", "batch:ListJobs", "TooManyRequestsException", "slow");
    };
    expect((await pass(region)).targetRuns).toBeUndefined();
    region.before = () => {
      throw new TypeError("a fault of ours");
    };
    await expect(pass(region)).rejects.toThrow("a fault of ours");
  });
});

it("an environment is INVALID since it was first seen so, and again after each change", async () => {
  const { pass: passAgain, clock } = watched();
  const of = (status: "INVALID" | "UPDATING") =>
    fakeRegion({ computeEnvironments: [environment("team_ce", ec2, { status })] });
  const since = async (status: "INVALID" | "UPDATING"): Promise<number | undefined> =>
    (await passAgain(of(status))).invalidSince.get("team_ce");
  expect(await since("INVALID")).toBe(now);
  await clock.advance(60_000);
  expect(await since("INVALID")).toBe(now);
  expect(await since("UPDATING")).toBeUndefined();
  expect(await since("INVALID")).toBe(now + 60_000);
});

it("AWS's second word on an INVALID environment counts until it is VALID, or a role was fixed", async () => {
  const { pass: passAgain, memory, clock } = watched();
  const asked = async (status: "INVALID" | "UPDATING" | "VALID"): Promise<boolean> =>
    (await passAgain(fakeRegion({ computeEnvironments: [environment("team_ce", ec2, { status })] }))).askedAgain.has(
      "team_ce",
    );
  memory.askedAgain.add("eu-west-1/team_ce");
  expect(await asked("UPDATING")).toBe(true);
  expect(await asked("INVALID")).toBe(true);
  roleFixed(memory, object(ec2), clock);
  expect(await asked("INVALID")).toBe(false);
  memory.askedAgain.add("eu-west-1/team_ce");
  expect(await asked("VALID")).toBe(false);
});

it("an environment of the same name in another region has ages of its own", async () => {
  const { pass: passIn, clock, memory } = watched();
  const resources = { ...environment("team_ce").computeResources, desiredvCpus: 4 } as never;
  const environments = [environment("team_ce", ec2, { status: "INVALID", computeResources: resources })];
  const there = { ...fakeRegion({ computeEnvironments: environments }), region: "us-east-1" };
  const theirs = { ...object(), metadata: { ...object().metadata, uid: "uid-2" } };
  await passIn(there, theirs);
  memory.deleteTried.set("us-east-1/team_ce", { at: now, under: circumstancesOf(theirs) });
  memory.askedAgain.add("us-east-1/team_ce");
  memory.rollouts.set("us-east-1/team_ce", { token: "v1", taken: true });
  await clock.advance(1000);
  const here = await passIn(fakeRegion({ computeEnvironments: [environment("team_ce", ec2, { status: "INVALID" })] }));
  expect([...here.invalidSince]).toEqual([["team_ce", now + 1000]]);
  expect([...here.desiredvCpus]).toEqual([["team_ce", 0]]);
  expect([here.deleteTriedAt.size, here.askedAgain.size, here.rollouts.size]).toEqual([0, 0, 0]);
  const again = await passIn(there, theirs);
  expect([...again.invalidSince]).toEqual([["team_ce", now]]);
  expect([...again.desiredvCpus]).toEqual([["team_ce", 4]]);
  expect([...again.deleteTriedAt, ...again.askedAgain]).toEqual([["team_ce", now], "team_ce"]);
  expect([...again.rollouts]).toEqual([["team_ce", { token: "v1", taken: true }]]);
});

it("reports for each environment of the object whether AWS shows what it is now", async () => {
  const { pass: passIn } = watched();
  const environments = ["team_ce-00000003", "other"].map((name) => environment(name));
  const region = fakeRegion({ computeEnvironments: environments });
  const { snapshot } = region;
  region.snapshot = () => ({
    ...snapshot(),
    isSettled: (thing, name) => `${thing} ${name}` === "compute-environment team_ce-00000003",
  });
  const { settled } = await passIn(region, object());
  expect([...settled]).toEqual(["team_ce-00000003"]);
});

describe("a write that makes an environment this object's own, and is perhaps still on its way,", () => {
  const foreign = (name: string, tags: Record<string, string> = {}): Environment => ({ ...environment(name), tags });
  const retainedFrom = (name: string) => ({ "awsbatch.dev/retained-from": `default/team/${name}` });
  const there = [
    foreign("team_ce"),
    foreign("team_ce-00000004", retainedFrom("ce")),
    foreign("else", retainedFrom("else")),
    foreign("kept", retainedFrom("ce")),
  ];
  const unsettled = (name: string): FakeRegion => {
    const region = fakeRegion({ computeEnvironments: there });
    const { snapshot } = region;
    return { ...region, snapshot: () => ({ ...snapshot(), isSettled: (_thing, one) => one !== name }) };
  };
  const a = object();
  const deleting = { ...a, metadata: { ...a.metadata, deletionTimestamp: iso(1) } };
  const settledIn = async (region: FakeRegion, whole: BatchComputeEnvironment = deleting): Promise<boolean> =>
    (await watched().pass(region, whole)).claimsSettled;

  it.each<[string, string, boolean]>([
    ["may be an adoption", "team_ce", false],
    ["may take back what was retained", "team_ce-00000004", false],
    ["takes back nothing that another object retained", "else", true],
    ["takes back nothing whose name the object does not give, whatever its tags say", "kept", true],
    ["may be to no other environment", "x", true],
  ])("%s", async (_name, name, settled) => {
    const region = unsettled(name);
    expect(await settledIn(region)).toBe(settled);
    expect(region.calls).toEqual(settled ? [] : [`expectAbsence compute-environment ${name}`]);
  });

  it("is read only where the object is being deleted and has nothing else", async () => {
    const region = unsettled("team_ce");
    const old = environment("team_ce-00000006");
    expect(await settledIn(region, a)).toBe(false);
    const own = { ...region, snapshot: () => ({ ...region.snapshot(), computeEnvironments: new Map([["own", old]]) }) };
    expect(await settledIn(own)).toBe(false);
    expect(region.calls).toEqual([]);
  });
});

describe("a queue of another namespace", () => {
  const guest = queues.object({ computeEnvironmentOrder: [{ order: 1, computeEnvironment: "team_ce" }] });
  const of = (namespace: string) => ({ ...guest, metadata: { ...guest.metadata, namespace } });
  const tags = { ...ofObject("q"), "awsbatch.dev/namespace": "guest" };
  const region = fakeRegion({ jobQueues: [jobQueue("guest_q", ["team_ce"], tags)] });
  const selecting = { from: "Selector", selector: { matchLabels: { team: "x" } } } as const;

  it.each<[string, BatchComputeEnvironmentSpec["allowedNamespaces"], object, boolean]>([
    ["may not use it by default", undefined, {}, false],
    ["may use it where all may", { from: "All" }, {}, true],
    ["may use it where its labels say so", selecting, { guest: { team: "x" } }, true],
    ["may not use it with other labels", selecting, { guest: { team: "y" } }, false],
  ])("%s", async (_name, allowedNamespaces, labels, expected) => {
    const objects = objectsOf([of("guest")], labels as Record<string, Record<string, string>>);
    const ports = { clock: new VirtualClock(now), objects, cluster: identity.cluster, settings } as unknown as Ports;
    const whole = object({ ...ec2, allowedNamespaces });
    const { queues: seen } = await observe(whole, region, ports, newMemory(), signal);
    expect(seen[0]?.object?.mayUse).toBe(expected);
  });

  it("may use it, as far as is known, while its labels cannot be read", async () => {
    const unread = {
      ...objectsOf([of("guest")]),
      namespace: async () => Promise.reject(new StoreError("Forbidden", "no")),
    };
    const ports = { clock: new VirtualClock(now), objects: unread, cluster: identity.cluster, settings };
    const whole = object({ ...ec2, allowedNamespaces: selecting });
    const { queues: seen } = await observe(whole, region, ports as unknown as Ports, newMemory(), signal);
    expect(seen[0]?.object?.mayUse).toBe(true);
  });
});
