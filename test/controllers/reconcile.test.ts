import { describe, expect, it } from "vitest";
import type { Condition, KubeObject } from "../../src/api/object.ts";
import { keyOf } from "../../src/api/object.ts";
import { JobQueueStatus } from "../../src/api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { AwsError, type FailureKind } from "../../src/aws/errors.ts";
import type { Change, Decision, FieldChange, Next } from "../../src/controllers/decision.ts";
import type { Failing } from "../../src/controllers/failures.ts";
import type { Ports } from "../../src/controllers/ports.ts";
import { reconcilerOf } from "../../src/controllers/reconcile.ts";
import { MemoryStore } from "../../src/kube/memory-store.ts";
import { StoreError } from "../../src/kube/store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import type { Report } from "../../src/runtime/controller.ts";
import { collectingLog } from "../../src/runtime/log.ts";
import { identity, settings } from "./compute-environment/given.ts";
import { fakeRegion, objectsOf } from "./region.ts";

const finalizer = "awsbatch.dev/cleanup";
const here = { "awsbatch.dev/location": "123456789012/eu-west-1" };
const minute = 60_000;

type Step = Partial<Decision<string>> & { readonly next: Next<string> };

const act = (action = "write", irreversible = false): Step => ({
  next: { kind: "act", action, reason: "Acting", message: "acts", irreversible },
});
const wait = (change: object = {}): Step => ({
  next: { kind: "wait", reason: "Waiting", message: "waits", ...change },
});
const blocked = (change: object = {}): Step => ({
  next: { kind: "blocked", reason: "Stuck", message: "stuck", ...change },
});
const settled: Step = { next: { kind: "settled", reason: "Available", message: "is" }, serving: true };
const release: Step = { next: { kind: "release", reason: "Deleted", message: "gone" } };
const differing = (...paths: readonly string[]): { readonly change: Change } => ({
  change: {
    action: "Update",
    id: "id",
    reason: "r",
    changes: paths.map((path): FieldChange => ({ path, kind: "update", why: "" })),
  },
});

interface Options {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalized?: boolean;
  readonly spec?: object;
}

/** One object in a store, and a kind whose plan is what a test says. */
async function given({ annotations = {}, finalized = true, spec = { priority: 1 } }: Options = {}) {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}` });
  let uids = 0;
  const region = fakeRegion();
  const log: string[] = [];
  const key = { namespace: "team", name: "q" };
  const signal = new AbortController().signal;
  const live = (): KubeObject | undefined => store.object(JobQueueKind, key);
  const object = (): KubeObject => {
    const found = live();
    if (found === undefined) throw new Error("the object is gone");
    return found;
  };
  const apply = (change: Options = {}): KubeObject =>
    store.apply({
      apiVersion: "awsbatch.dev/v1alpha1",
      kind: "JobQueue",
      metadata: { ...key, annotations: { ...annotations, ...change.annotations } },
      spec: change.spec ?? spec,
    });
  apply();
  if (finalized)
    await store.patchMetadata(JobQueueKind, object(), { addFinalizer: finalizer, annotations: here }, signal);
  const get = store.get.bind(store);
  store.get = (...rest) => {
    log.push("read the object live");
    return get(...rest);
  };
  const world = {
    clock,
    store,
    region,
    /** What was done, in order. */
    log,
    plan: wait() as Step,
    /** What happens in AWS until it is read live. */
    meanwhile: (): void => {},
    /** Since when what was read counts as live, monotonic ms. */
    liveSinceMs: undefined as number | undefined,
    opens: undefined as Error | undefined,
    observes: undefined as Error | undefined,
    acts: undefined as Error | undefined,
    /** What watches have shown by now. */
    shown: undefined as KubeObject | undefined,
    /** Why what was observed is outdated. */
    outdated: undefined as Failing | undefined,
    live,
    object,
    apply,
    delete: () => store.delete(JobQueueKind, key),
    /** One pass; its status is written as the runtime does. */
    async pass(seen: KubeObject = object()): Promise<Report> {
      const report = await reconciler.reconcile(seen, { signal, reconcileId: "r", log: collectingLog() });
      const current = live();
      if (report.status !== undefined && current !== undefined) {
        await store.applyStatus(JobQueueKind, current, report.status, signal);
      }
      return report;
    },
    conditions: (): readonly Condition[] =>
      (live()?.status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? [],
    /** Conditions in one line. */
    told: (): string =>
      world
        .conditions()
        .map(({ type, status, reason }) => `${type}=${status} ${reason}`)
        .join("; "),
  };
  const ports: Ports = {
    clock,
    store,
    objects: { ...objectsOf([]), get: () => world.shown },
    regions: {
      async open() {
        if (world.opens !== undefined) throw world.opens;
        return region;
      },
      iam: () => Promise.reject(new Error("nothing of this asks for IAM")),
      ec2: () => Promise.reject(new Error("nothing of this asks for EC2")),
    },
    cluster: identity.cluster,
    reconciles: ({ metadata }) => metadata.annotations?.["shard"] !== "other",
    settings,
  };
  const reconciler = reconcilerOf<KubeObject, object, string>(
    {
      kind: JobQueueKind,
      async observe() {
        log.push("observe");
        if (world.observes !== undefined) throw world.observes;
        return {};
      },
      outdated: () => world.outdated,
      async refresh(_object, _region, sinceMs) {
        world.meanwhile();
        world.liveSinceMs = sinceMs;
        log.push("read AWS live");
      },
      plan: () => ({
        change: { action: "None", id: "id", reason: "r", changes: [] },
        serving: false,
        news: [],
        ...world.plan,
      }),
      async act(action) {
        log.push(`act ${action}`);
        if (world.acts !== undefined) throw world.acts;
      },
      report: () => ({ arn: "arn:q" }),
      events: (action) => [{ type: "Normal", reason: "Did", action: "Do", note: action }],
    },
    ports,
  );
  return world;
}

const eventsOf = (report: Report): string => report.events.map(({ reason, note }) => `${reason}: ${note}`).join("; ");
const failure = (kind: FailureKind, message = "no"): AwsError => new AwsError(kind, "batch:X", "XException", message);

describe("before the first write to AWS", () => {
  it("finalizer and location are written, and nothing else is done", async () => {
    const world = await given({ finalized: false });
    world.plan = act("create", true);
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "now" } });
    expect(world.log).toEqual(["observe"]);
    expect(world.object().metadata).toMatchObject({ finalizers: [finalizer], annotations: here });
    await world.pass();
    expect(world.log.at(-1)).toBe("act create");
  });

  it("a location that somebody took away is written again", async () => {
    const world = await given({ annotations: {} });
    const signal = new AbortController().signal;
    const annotations = { "awsbatch.dev/location": null };
    await world.store.patchMetadata(JobQueueKind, world.object(), { annotations }, signal);
    world.plan = act();
    expect((await world.pass()).again).toEqual({ kind: "now" });
    expect(world.log).toEqual(["observe"]);
    expect(world.object().metadata.annotations).toEqual(here);
  });

  it("an object that is only waited for gets neither", async () => {
    const world = await given({ finalized: false });
    await world.pass();
    expect(world.object().metadata.finalizers).toBeUndefined();
  });

  it("an object whose AWS side is already as wished gets both, so that its deletion finds it", async () => {
    const world = await given({ finalized: false });
    world.plan = settled;
    expect((await world.pass()).again).toEqual({ kind: "now" });
    expect(world.object().metadata).toMatchObject({ finalizers: [finalizer], annotations: here });
    await world.pass();
    expect(world.told()).toBe("Ready=True Available; Synced=True ReadFromAWS");
  });

  it.each(["paused", "dry-run"])("an object that is settled and %s stays untouched", async (annotation) => {
    const world = await given({ finalized: false, annotations: { [`awsbatch.dev/${annotation}`]: "true" } });
    world.plan = settled;
    await world.pass();
    expect(world.object().metadata.finalizers).toBeUndefined();
    expect(world.told()).toContain("Ready=True");
  });
});

describe("before what cannot be undone", () => {
  it("what this pass has read counts as live, and what an earlier pass has read does not", async () => {
    const world = await given();
    world.plan = act("delete", true);
    await world.pass();
    await world.clock.advance(1000);
    const beganAtMs = world.clock.monotonic();
    await world.pass();
    expect(world.liveSinceMs).toBe(beganAtMs);
  });

  it("object and AWS are read live", async () => {
    const world = await given();
    world.plan = act("delete", true);
    const report = await world.pass();
    expect(world.log).toEqual(["observe", "read the object live", "read AWS live", "observe", "act delete"]);
    expect(report).toEqual({
      status: undefined,
      events: [{ type: "Normal", reason: "Did", action: "Do", note: "delete" }],
      again: { kind: "now" },
    });
  });

  it("nothing is read twice for what can be undone", async () => {
    const world = await given();
    world.plan = act("tag");
    await world.pass();
    expect(world.log).toEqual(["observe", "act tag"]);
  });

  type World = Awaited<ReturnType<typeof given>>;

  it.each<[string, (world: World) => void]>([
    ["the spec has changed", (world) => void world.apply({ spec: { priority: 2 } })],
    ["the object is being deleted", (world) => void world.delete()],
    ["the object is paused", (world) => void world.apply({ annotations: { "awsbatch.dev/paused": "true" } })],
    ["the object only plans", (world) => void world.apply({ annotations: { "awsbatch.dev/dry-run": "true" } })],
  ])("it starts over without a write when %s", async (_name, meanwhile) => {
    const world = await given();
    world.plan = act("delete", true);
    const stale = world.object();
    meanwhile(world);
    expect(await world.pass(stale)).toEqual({ status: undefined, events: [], again: { kind: "now" } });
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });

  it.each<[string, Step | undefined]>([
    ["something else is next", act("other", true)],
    ["nothing is next", wait()],
    ["it can no longer be read", undefined],
  ])("it starts over without a write when AWS shows that %s", async (_name, plan) => {
    const world = await given();
    world.plan = act("delete", true);
    world.meanwhile = () => {
      if (plan === undefined) world.region.failure = failure("throttled");
      else world.plan = plan;
    };
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "now" } });
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });

  it("it starts over without a write when the object is gone, or another one bears its name", async () => {
    const world = await given({ annotations: {} });
    world.plan = act("delete", true);
    const stale = world.object();
    const signal = new AbortController().signal;
    world.delete();
    await world.store.patchMetadata(JobQueueKind, world.object(), { removeFinalizer: finalizer }, signal);
    expect((await world.pass(stale)).again).toEqual({ kind: "now" });
    world.apply();
    expect((await world.pass(stale)).again).toEqual({ kind: "now" });
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });
});

describe("an object of another account or region", () => {
  it.each([false, true])("is not acted on, keeps its finalizer, and is Stalled (deleted: %s)", async (deleted) => {
    const world = await given({ annotations: {} });
    const signal = new AbortController().signal;
    const annotations = { "awsbatch.dev/location": "999999999999/eu-west-1" };
    await world.store.patchMetadata(JobQueueKind, world.object(), { annotations }, signal);
    if (deleted) world.delete();
    world.plan = deleted ? release : act();
    const report = await world.pass();
    expect(world.log).toEqual([]);
    expect(report.again).toEqual({ kind: "onChange" });
    expect(world.object().metadata.finalizers).toEqual([finalizer]);
    expect(world.told()).toBe("Ready=False LocationMismatch; Synced=True ReadFromAWS; Stalled=True LocationMismatch");
    expect(world.conditions()[0]?.message).toContain("999999999999/eu-west-1");
  });
});

describe("an object that is held by a person", () => {
  const unknown = (reason: string): string => `Ready=Unknown ${reason}; Synced=True ReadFromAWS`;

  it.each<[string, string, Step, boolean, string]>([
    ["paused, with a step due", "paused", act(), false, unknown("Paused")],
    ["paused, and waiting", "paused", wait(), false, unknown("Paused")],
    ["paused, and stuck", "paused", blocked(), false, unknown("Paused")],
    ["paused, and as wished", "paused", settled, false, "Ready=True Available; Synced=True ReadFromAWS"],
    [
      "paused, with a step due while it serves",
      "paused",
      { ...act(), serving: true },
      false,
      "Ready=True Available; Synced=True ReadFromAWS",
    ],
    ["paused, and deleted", "paused", release, true, unknown("Paused")],
    ["on a dry run, with a step due", "dry-run", act(), false, unknown("DryRun")],
    [
      "on a dry run, and waiting",
      "dry-run",
      wait(),
      false,
      "Ready=False Waiting; Synced=True ReadFromAWS; Reconciling=True Waiting",
    ],
    ["on a dry run, and deleted", "dry-run", release, true, unknown("DryRun")],
  ])("%s, is left as it is", async (_name, annotation, plan, deleted, expected) => {
    const world = await given({ annotations: { [`awsbatch.dev/${annotation}`]: "true" } });
    if (deleted) world.delete();
    world.plan = plan;
    const report = await world.pass();
    expect(world.told()).toBe(expected);
    expect(report.again).toEqual({ kind: "onChange" });
    expect(world.log).toEqual(["observe"]);
    expect(world.object().metadata.finalizers).toEqual([finalizer]);
  });

  it("says what would be done", async () => {
    const world = await given({ annotations: { "awsbatch.dev/dry-run": "true" } });
    world.plan = { ...act(), ...differing("spec.priority") };
    await world.pass();
    expect(world.conditions()[0]?.message).toBe("dry-run by annotation; without it: acts");
    expect(world.object().status).toMatchObject({ plan: { action: "Update", changes: [{ path: "spec.priority" }] } });
  });
});

describe("deletion", () => {
  it("of an object without our finalizer is none of our business", async () => {
    const world = await given();
    const whole = world.object();
    const metadata = { ...whole.metadata, finalizers: ["other"], deletionTimestamp: "2026-01-01T00:00:00Z" };
    expect(await world.pass({ ...whole, metadata })).toEqual({
      status: undefined,
      events: [],
      again: { kind: "onChange" },
    });
    expect(world.log).toEqual([]);
  });

  it("ends when nothing is left in AWS", async () => {
    const world = await given();
    world.delete();
    world.plan = release;
    const report = await world.pass();
    expect(world.live()).toBeUndefined();
    expect(world.log).toEqual(["observe", "read the object live", "read AWS live", "observe"]);
    expect(report).toEqual({
      status: undefined,
      events: [{ type: "Normal", reason: "Deleted", action: "Delete", note: "gone" }],
      again: { kind: "onChange" },
    });
  });

  it.each<[string, Step | AwsError]>([
    ["shows that something is left", act("delete", true)],
    ["can no longer be read", failure("throttled")],
  ])("does not end when AWS, read live, %s", async (_name, came) => {
    const world = await given();
    world.delete();
    world.plan = release;
    world.meanwhile = () => {
      if (came instanceof AwsError) world.region.failure = came;
      else world.plan = came;
    };
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "now" } });
    expect(world.live()).toBeDefined();
  });

  it("is tried again at once when the object has changed meanwhile", async () => {
    const world = await given();
    world.delete();
    const stale = world.object();
    world.apply({ annotations: { a: "b" } });
    world.plan = release;
    expect(await world.pass(stale)).toEqual({ status: undefined, events: [], again: { kind: "now" } });
    expect(world.live()).toBeDefined();
  });

  it("adds no finalizer, also without a location", async () => {
    const world = await given({ annotations: {} });
    const signal = new AbortController().signal;
    const annotations = { "awsbatch.dev/location": null };
    await world.store.patchMetadata(JobQueueKind, world.object(), { annotations }, signal);
    world.delete();
    world.plan = act("delete", true);
    await world.pass();
    expect(world.log.at(-1)).toBe("act delete");
  });

  it.each<[string, object | undefined, string]>([
    ["what is left", { arn: "arn:q" }, "Abandoned: let go without touching AWS, as annotated; left there: arn:q"],
    [
      "that something may be left",
      undefined,
      "Abandoned: let go without touching AWS, as annotated; left there: whatever AWS holds for it",
    ],
  ])("by abandoning touches AWS in nothing, not even to read, and tells %s", async (_name, status, expected) => {
    const world = await given({ annotations: { "awsbatch.dev/abandon": "true", "awsbatch.dev/paused": "true" } });
    const signal = new AbortController().signal;
    if (status !== undefined) await world.store.applyStatus(JobQueueKind, world.object(), status, signal);
    world.delete();
    world.opens = failure("credentials");
    const report = await world.pass();
    expect(eventsOf(report)).toBe(expected);
    expect(report.again).toEqual({ kind: "onChange" });
    expect(world.live()).toBeUndefined();
    expect(world.log).toEqual([]);
  });

  it("is not abandoned before the object is deleted", async () => {
    const world = await given({ annotations: { "awsbatch.dev/abandon": "true" } });
    await world.pass();
    expect(world.object().metadata.finalizers).toEqual([finalizer]);
  });
});

describe("what is told", () => {
  it("is the whole status", async () => {
    const world = await given({ annotations: { "awsbatch.dev/reconcile-requested-at": "now" } });
    const paths = Array.from({ length: 70 }, (_, index) => `spec.f${index}`);
    world.plan = { ...wait(), ...differing(...paths) };
    await world.pass();
    expect(world.object().status).toMatchObject({
      observedGeneration: 1,
      lastHandledReconcileAt: "now",
      accountId: "123456789012",
      region: "eu-west-1",
      arn: "arn:q",
      plan: { action: "Update", id: "id" },
      conditions: [{ type: "Ready" }, { type: "Synced" }, { type: "Reconciling" }],
    });
    expect((world.object().status as { plan: Change }).plan.changes).toHaveLength(64);
  });

  it("fits its schema, however long what it tells is", async () => {
    const long = "x".repeat(5000);
    const world = await given({ annotations: { "awsbatch.dev/reconcile-requested-at": long } });
    const change: FieldChange = { path: "spec.f", kind: "update", why: long, from: long, to: long };
    world.plan = {
      ...wait({ message: long }),
      change: { action: "Update", id: "id", reason: long, changes: [change] },
    };
    await world.pass();
    const { plan, conditions, ...status } = world.object().status as JobQueueStatus;
    expect(JobQueueStatus.parse({ ...status, plan, conditions })).toBeDefined();
    expect(plan?.reason).toBe(`${"x".repeat(1023)}…`);
  });

  it("stays the same at rest, without events", async () => {
    const world = await given();
    world.plan = settled;
    expect(eventsOf(await world.pass())).toBe("Available: is");
    const version = world.object().metadata.resourceVersion;
    await world.clock.advance(30 * minute);
    const again = await world.pass();
    expect(again).toMatchObject({ events: [], again: { kind: "onChange" } });
    expect(world.object().metadata.resourceVersion).toBe(version);
  });

  it("is an event when the object gets stuck, and when it gets stuck by something else", async () => {
    const world = await given();
    world.plan = blocked();
    expect(eventsOf(await world.pass())).toBe("Stuck: stuck");
    expect(eventsOf(await world.pass())).toBe("");
    world.plan = blocked({ reason: "Other", message: "other" });
    expect(eventsOf(await world.pass())).toBe("Other: other");
  });

  it.each<[string, AwsError | undefined]>([
    ["a decision", undefined],
    ["what cannot be read", failure("denied")],
  ])("goes on from the status that a watch has shown meanwhile: %s", async (_name, error) => {
    const world = await given();
    world.plan = blocked();
    world.region.failure = error;
    const older = world.object();
    await world.pass();
    await world.clock.advance(10 * minute);
    await world.pass();
    const told = world.conditions();
    world.shown = world.object();
    await world.clock.advance(minute);
    expect(eventsOf(await world.pass(older))).toBe("");
    expect(world.conditions()).toEqual(told);

    // Another one of its name says nothing of it.
    world.shown = { ...world.object(), metadata: { ...world.object().metadata, uid: "another" } };
    expect(eventsOf(await world.pass(older))).not.toBe("");
  });

  it("turns Stalled when a wait lasts too long, counted for the same reason", async () => {
    const world = await given();
    world.plan = wait({ stalledAfterMs: 10 * minute, recheckInMs: 7 * minute });
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 7 * minute });
    await world.clock.advance(7 * minute);
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 3 * minute });
    expect(world.told()).toContain("Reconciling=True Waiting");
    await world.clock.advance(3 * minute);
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 7 * minute });
    expect(world.told()).toContain("Stalled=True Waiting");
    world.plan = wait({ reason: "Other", stalledAfterMs: 10 * minute });
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 10 * minute });
    expect(world.told()).toContain("Reconciling=True Other");
  });

  it.each<[string, Step, Report["again"]]>([
    ["a wait for a change", wait(), { kind: "onChange" }],
    ["a wait with a time", wait({ recheckInMs: 5 }), { kind: "after", delayMs: 5 }],
    ["a block", blocked(), { kind: "onChange" }],
    ["a block with a time", blocked({ recheckInMs: 5 }), { kind: "after", delayMs: 5 }],
    ["rest with a time", { next: { ...settled.next, recheckInMs: 5 } as Next<string> }, { kind: "after", delayMs: 5 }],
    ["a step", act(), { kind: "now" }],
  ])("%s tells when to look again", async (_name, plan, expected) => {
    const world = await given();
    world.plan = plan;
    expect((await world.pass()).again).toEqual(expected);
  });
});

describe("a write that fails", () => {
  it.each<[FailureKind, string, Report["again"]]>([
    ["throttled", "Reconciling=True Throttled", { kind: "backoff" }],
    ["unavailable", "Reconciling=True AWSUnavailable", { kind: "backoff" }],
    ["notReady", "Reconciling=True DependencyNotReady", { kind: "backoff", atMostMs: 10 * minute }],
    ["denied", "Reconciling=True AccessDenied", { kind: "backoff", atMostMs: 5 * minute }],
    ["unknown", "Reconciling=True UnknownError", { kind: "backoff" }],
    ["invalid", "Stalled=True InvalidRequest", { kind: "after", delayMs: 5 * minute }],
    ["quota", "Stalled=True QuotaExceeded", { kind: "after", delayMs: 5 * minute }],
  ])("as %s is told and tried again", async (kind, expected, again) => {
    const world = await given();
    world.plan = act();
    world.acts = failure(kind);
    const report = await world.pass();
    expect(report.again).toEqual(again);
    expect(world.told()).toContain(expected);
    expect(report.events.some(({ reason }) => reason === "Did")).toBe(false);
    expect(world.conditions()[0]?.message).toContain("batch:X");
  });

  it.each<[FailureKind, string]>([
    ["busy", "ResourceBusy"],
    ["inUse", "InUse"],
  ])("as %s is AWS's lag: tried again after 5 s, and told only after 5 minutes", async (kind, reason) => {
    const world = await given();
    world.plan = act();
    world.acts = failure(kind);
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 5000 });
    expect(world.told()).toContain("Reconciling=True Acting");
    await world.clock.advance(5 * minute);
    await world.pass();
    expect(world.told()).toContain(`Reconciling=True ${reason}`);
  });

  it("as denied is Stalled after 5 minutes of denials", async () => {
    const world = await given();
    world.plan = act();
    world.acts = failure("denied");
    await world.pass();
    await world.clock.advance(5 * minute);
    await world.pass();
    expect(world.told()).toContain("Stalled=True AccessDenied");
  });

  it("tells AWS's words and the next step", async () => {
    const world = await given();
    world.plan = act();
    world.acts = failure("invalid", "Parameter maxvCpus is wrong.");
    await world.pass();
    expect(world.conditions()[0]?.message).toMatch(/^batch:X was refused: Parameter maxvCpus is wrong\. \S+/);
  });

  it("leaves the approval in status that what goes on beside it waits for", async () => {
    const world = await given();
    const { next } = act() as { readonly next: Extract<Next<string>, { kind: "act" }> };
    world.plan = {
      next: {
        ...next,
        otherwise: { ...wait({ held: "forApproval", approval: "id/Create" }), serving: false, news: [] },
      },
    };
    world.acts = failure("denied");
    await world.pass();
    expect(world.object().status).toMatchObject({ plan: { approval: "id/Create" } });
  });

  it.each<[string, Error, boolean]>([
    ["because the object has changed starts over", new StoreError("Conflict", "changed"), true],
    ["because the object is gone starts over", new StoreError("NotFound", "gone"), true],
    ["because Kubernetes refuses it is unexpected", new StoreError("Forbidden", "no"), false],
    ["by a fault of ours is unexpected", new TypeError("a fault"), false],
  ])("%s", async (_name, error, startsOver) => {
    const world = await given();
    world.plan = act();
    world.acts = error;
    if (startsOver) expect((await world.pass()).again).toEqual({ kind: "now" });
    else await expect(world.pass()).rejects.toBe(error);
  });

  it("because the finalizer cannot be written starts over", async () => {
    const world = await given({ finalized: false });
    const stale = world.object();
    world.apply({ annotations: { a: "b" } });
    world.plan = act();
    expect((await world.pass(stale)).again).toEqual({ kind: "now" });
    expect(world.log).toEqual(["observe"]);
  });
});

describe("an object of another shard", () => {
  it("is left alone", async () => {
    const world = await given();
    world.apply({ annotations: { shard: "other" } });
    world.plan = act();
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "onChange" } });
    expect(world.log).toEqual([]);
  });

  it("is left alone also when it became so just before an act that cannot be undone", async () => {
    const world = await given();
    world.plan = settled;
    await world.pass();
    await world.pass();
    world.plan = act("write", true);
    const stale = world.object();
    world.apply({ annotations: { shard: "other" } });
    world.log.length = 0;
    await world.pass(stale);
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });
});

describe("while AWS cannot be read", () => {
  it("nothing is told before the first listing", async () => {
    const world = await given();
    world.region.listedAt = undefined;
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "onChange" } });
    expect(world.log).toEqual([]);
  });

  it("nothing is done, and Ready stays for 10 minutes, whatever the reasons", async () => {
    const world = await given();
    world.plan = settled;
    await world.pass();
    world.plan = act();
    world.region.failure = failure("throttled");
    expect(await world.pass()).toMatchObject({ events: [], again: { kind: "after", delayMs: minute } });
    expect(world.told()).toBe("Ready=True Available; Synced=Unknown Throttled");
    await world.clock.advance(9 * minute);
    world.region.failure = failure("unavailable");
    await world.pass();
    expect(world.told()).toBe("Ready=True Available; Synced=Unknown AWSUnavailable");
    await world.clock.advance(minute);
    await world.pass();
    expect(world.told()).toBe("Ready=Unknown AWSUnavailable; Synced=Unknown AWSUnavailable");
    expect(world.object().status).toMatchObject({ arn: "arn:q", observedGeneration: 1 });
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });

  it("what may pass is not told for half a minute, and nothing is done meanwhile", async () => {
    const world = await given();
    world.plan = act();
    world.region.failure = failure("throttled");
    world.region.failingSince = world.clock.now() - 29_000;
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "after", delayMs: 2000 } });
    expect(world.log).toEqual([]);
    await world.clock.advance(1000);
    expect(await world.pass()).toMatchObject({ again: { kind: "after", delayMs: minute } });
    expect(world.told()).toBe("Ready=Unknown Throttled; Synced=Unknown Throttled");
  });

  it.each<[string, FailureKind, number | undefined, number]>([
    ["what only a person ends", "denied", 1, 0],
    ["what was never read before", "throttled", undefined, 0],
    ["what fails since a time that is still to come, by a clock that was put back", "throttled", 1, minute],
  ])("%s is told at once", async (_what, kind, listedAt, aheadMs) => {
    const world = await given();
    world.region.failure = failure(kind);
    world.region.listedAt = listedAt;
    world.region.failingSince = world.clock.now() + aheadMs;
    await world.pass();
    expect(world.told()).toMatch(/Synced=Unknown/);
  });

  describe("of all of a kind, and what is planned may be outdated", () => {
    const outdated = (world: { clock: VirtualClock }, lastedMs: number): Failing => ({
      kind: "failing",
      error: failure("throttled"),
      since: world.clock.now() - lastedMs,
    });

    it("what is read live before it is done goes on", async () => {
      const world = await given();
      world.plan = act("write", true);
      world.outdated = outdated(world, minute);
      expect((await world.pass()).again).toEqual({ kind: "now" });
      expect(world.log.at(-1)).toBe("act write");
    });

    it("nothing else is done", async () => {
      const world = await given();
      world.plan = act("write", false);
      world.outdated = outdated(world, minute);
      await world.pass();
      expect(world.log).toEqual(["observe"]);
      expect(world.told()).toBe("Ready=Unknown Throttled; Synced=Unknown Throttled");
    });

    it("it is told beside the fields of status once it has lasted, and looked at as soon as the plan wants", async () => {
      const world = await given();
      world.plan = wait({ recheckInMs: 5000 });
      world.outdated = outdated(world, 10_000);
      expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "after", delayMs: 2000 } });
      world.outdated = outdated(world, minute);
      expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 5000 });
      expect(world.object().status).toMatchObject({ arn: "arn:q" });
      expect(world.told()).toBe("Ready=Unknown Throttled; Synced=Unknown Throttled");
      world.plan = settled;
      expect((await world.pass()).again).toEqual({ kind: "after", delayMs: minute });
    });

    it("Ready stays at a generation that was told before", async () => {
      const world = await given();
      world.plan = settled;
      await world.pass();
      world.outdated = outdated(world, minute);
      await world.pass();
      expect(world.told()).toBe("Ready=True Available; Synced=Unknown Throttled");
    });
  });

  it("tells why, and the next step", async () => {
    const world = await given();
    world.region.failure = failure("denied", "not authorized to perform: batch:DescribeJobQueues");
    await world.pass();
    expect(world.conditions()[1]?.message).toMatch(
      /^AWS Batch cannot be read \(batch:X\): not authorized.*Allow batch:DescribeJobQueues/,
    );
  });

  it("a permission that is missing for 10 minutes stalls the object at its generation, and is told by one event", async () => {
    const world = await given();
    world.region.failure = failure("denied");
    await world.pass();
    expect(world.object().status).not.toHaveProperty("observedGeneration");
    await world.clock.advance(10 * minute);
    expect(eventsOf(await world.pass())).toMatch(/^AccessDenied: AWS Batch cannot be read/);
    expect(world.told()).toBe("Ready=Unknown AccessDenied; Synced=Unknown AccessDenied; Stalled=True AccessDenied");
    expect(world.object().status).toMatchObject({ observedGeneration: 1 });
    expect(eventsOf(await world.pass())).toBe("");
  });

  it.each<[string, "opens" | "observes"]>([
    ["because nobody knows who we are", "opens"],
    ["because a read for this object failed", "observes"],
  ])("%s, that is told", async (_name, where) => {
    const world = await given();
    world[where] = failure("credentials");
    await world.pass();
    expect(world.told()).toBe("Ready=Unknown CredentialsInvalid; Synced=Unknown CredentialsInvalid");
    world[where] = new TypeError("a fault");
    await expect(world.pass()).rejects.toThrow("a fault");
  });
});

describe("drift", () => {
  /** Settles, then finds the field changed and puts it back. */
  async function correct(world: Awaited<ReturnType<typeof given>>, step: Step): Promise<Report> {
    world.plan = settled;
    await world.pass();
    world.plan = step;
    return world.pass();
  }
  const changed: Step = { ...act(), ...differing("spec.state") };

  it("is an event with the first write that corrects it", async () => {
    const world = await given();
    expect(eventsOf(await correct(world, changed))).toBe(
      "DriftCorrected: changed outside of Kubernetes and put back: spec.state; Did: write",
    );
    expect(eventsOf(await world.pass())).toBe("Did: write");
  });

  it.each<[string, Step, (world: Awaited<ReturnType<typeof given>>) => void]>([
    ["when the spec was changed", changed, (world) => void world.apply({ spec: { priority: 2 } })],
    ["when the object is deleted", changed, (world) => void world.delete()],
    ["when nothing differs", act(), () => {}],
    ["when only a reference leads elsewhere now", { ...changed, followed: ["spec.state"] }, () => {}],
  ])("it is none %s", async (_name, step, meanwhile) => {
    const world = await given();
    world.plan = settled;
    await world.pass();
    meanwhile(world);
    world.plan = step;
    expect(eventsOf(await world.pass())).toBe("Did: write");
  });

  it("it is none before AWS had the field as the spec says, or once more before it has it again", async () => {
    const world = await given();
    world.plan = changed;
    expect(eventsOf(await world.pass())).toBe("Did: write");
    await correct(world, changed);
    world.plan = changed;
    expect(eventsOf(await world.pass())).toBe("Did: write");
  });

  it("it is none in a field that what was made instead has not had yet", async () => {
    const world = await given();
    const made: Step = { ...act("make"), change: { ...differing("spec.type").change, action: "Replace" } };
    await correct(world, made);
    world.plan = changed;
    expect(eventsOf(await world.pass())).toBe("Did: write");
  });

  describe("where the object as a whole was never as wished", () => {
    const update: Step = {
      next: { ...act().next, untilShown: true } as Next<string>,
      ...differing("spec.state", "spec.type"),
    };
    const shown: Step = { ...wait(), ...differing("spec.type") };
    const pass = async (world: Awaited<ReturnType<typeof given>>, step: Step): Promise<string> => {
      world.plan = step;
      return eventsOf(await world.pass());
    };

    it("is what an update of ours had brought to the wish before", async () => {
      const world = await given();
      expect(await pass(world, update)).toBe("Did: write");
      await pass(world, shown);
      expect(await pass(world, update)).toBe(
        "DriftCorrected: changed outside of Kubernetes and put back: spec.state; Did: write",
      );
    });

    it("three times in 15 minutes is contested", async () => {
      const world = await given();
      for (const _time of [1, 2, 3, 4]) {
        await pass(world, update);
        await pass(world, shown);
        await world.clock.advance(minute);
      }
      world.log.length = 0;
      await pass(world, update);
      expect(world.log).not.toContain("act write");
      expect(world.told()).toContain("Contested=True ChangedOutside");
    });

    it.each<[string, Step, (world: Awaited<ReturnType<typeof given>>) => void]>([
      [
        "it is none when AWS has not shown it meanwhile",
        { ...wait(), ...differing("spec.state", "spec.type") },
        () => {},
      ],
      ["it is none when the spec was changed", shown, (world) => void world.apply({ spec: { priority: 2 } })],
      ["it is none when the object is deleted", shown, (world) => void world.delete()],
    ])("%s", async (_name, between, meanwhile) => {
      const world = await given();
      await pass(world, update);
      await pass(world, between);
      meanwhile(world);
      expect(await pass(world, update)).toBe("Did: write");
    });

    it("it is none during a replacement, whose steps do not wait until a field may be put back", async () => {
      const world = await given();
      const replacing = (step: Step): Step => ({ ...step, change: { ...step.change, action: "Replace" } as Change });
      for (const _time of [1, 2, 3, 4]) {
        expect(await pass(world, replacing(update))).toBe("Did: write");
        await pass(world, replacing(shown));
      }
    });

    it("is what another update had brought as well", async () => {
      const world = await given();
      await pass(world, update);
      await pass(world, shown);
      expect(await pass(world, { ...update, next: { ...update.next, action: "other" } as Next<string> })).toContain(
        "put back: spec.state; Did: other",
      );
    });

    it("three times in 15 minutes is contested also where a rival is faster than any look", async () => {
      const world = await given();
      const carriedOut: Step = { next: { kind: "wait", reason: "Acting", message: "AWS carries it out" } };
      const sent: string[] = [];
      for (const _time of [1, 2, 3, 4, 5]) {
        sent.push(await pass(world, update));
        await pass(world, { ...carriedOut, ...differing("spec.type") });
        await pass(world, { ...wait(), ...differing("spec.state", "spec.type") });
      }
      // The first brings the field; of what was put back nobody has seen that it was there.
      expect(sent).toEqual([
        "Did: write",
        "Did: write",
        "Did: write",
        "Did: write",
        expect.stringMatching(/^Contested: /),
      ]);
    });
  });

  it("tells only the fields that drifted beside one that followed", async () => {
    const world = await given();
    const both: Step = { ...act(), ...differing("spec.state", "spec.order"), followed: ["spec.order"] };
    expect(eventsOf(await correct(world, both))).toContain("put back: spec.state; Did");
  });

  it("of one field three times in 15 minutes is contested, and from then on put back once in 15 minutes", async () => {
    const world = await given();
    for (const _time of [1, 2, 3]) {
      await correct(world, changed);
      await world.clock.advance(minute);
    }
    for (const _time of [1, 2]) {
      world.log.length = 0;
      const yielded = await correct(world, changed);
      expect(world.log).not.toContain("act write");
      expect(world.told()).toContain("Contested=True ChangedOutside");
      expect(yielded.again).toEqual({ kind: "after", delayMs: 14 * minute });
      await world.clock.advance(14 * minute);
      await world.pass();
      expect(world.log).toContain("act write");
      await world.clock.advance(minute);
    }
  });

  it("that is contested does not hold back what follows beside it", async () => {
    const world = await given();
    const both: Step = {
      next: { ...act().next, follows: true } as Next<string>,
      ...differing("spec.state", "spec.order"),
      followed: ["spec.order"],
    };
    for (const _time of [1, 2, 3, 4]) {
      world.log.length = 0;
      await correct(world, both);
      expect(world.log).toContain("act write");
    }
  });

  it("that could not be put back is not counted", async () => {
    const world = await given();
    world.acts = failure("throttled");
    for (const _time of [1, 2, 3, 4]) await correct(world, changed);
    world.acts = undefined;
    expect(eventsOf(await correct(world, changed))).toContain("DriftCorrected");
  });
});

it("what is written of somebody else's is contested when it was written three times in 15 minutes, whatever came between", async () => {
  const world = await given();
  const handover: Step = { next: { ...act().next, ofOthers: "the order of queue theirs" } as Next<string> };
  const done: boolean[] = [];
  for (const _time of [1, 2, 3, 4]) {
    world.log.length = 0;
    world.plan = handover;
    await world.pass();
    done.push(world.log.includes("act write"));
    if (_time === 4) expect(world.told()).toContain("Contested=True ChangedOutside");
    world.plan = settled;
    await world.pass();
    await world.clock.advance(minute);
  }
  expect(done).toEqual([true, true, true, false]);
});

describe("an update whose effect AWS never shows", () => {
  const { next } = act();
  const update: Step = { next: { ...next, untilShown: true } as Next<string> };
  const carriedOut: Step = { next: { kind: "wait", reason: "Acting", message: "AWS carries it out" } };
  type World = Awaited<ReturnType<typeof given>>;
  const pass = async (world: World, step: Step): Promise<Report> => {
    world.plan = step;
    return world.pass();
  };
  const send = async (world: World, step = update): Promise<number> => {
    world.log.length = 0;
    await pass(world, step);
    await pass(world, carriedOut);
    return world.log.filter((line) => line === "act write").length;
  };

  it("makes way for what it names while it is put off", async () => {
    const world = await given();
    const instead = act("another write").next;
    const replaced = { next: { ...next, untilShown: true, whilePutOff: instead } as Next<string> };
    for (const _time of [1, 2, 3]) expect(await send(world, replaced)).toBe(1);
    world.log.length = 0;
    await pass(world, replaced);
    expect(world.log).toContain("act another write");
    expect(world.log).not.toContain("act write");
  });

  it("is sent three times, and from then on once in 15 minutes after it came back", async () => {
    const world = await given();
    for (const _time of [1, 2, 3]) expect(await send(world)).toBe(1);
    for (const _time of [1, 2]) {
      await world.clock.advance(30 * minute);
      expect((await pass(world, update)).again).toEqual({ kind: "after", delayMs: 15 * minute });
      expect(world.told()).toContain("Ready=False Contested");
      await world.clock.advance(15 * minute - 1);
      expect(await send(world)).toBe(0);
      await world.clock.advance(1);
      expect(await send(world)).toBe(1);
    }
  });

  it("is sent once more at once when a person asks, for each request, and not for one that is taken back", async () => {
    const world = await given();
    for (const _time of [1, 2, 3]) expect(await send(world)).toBe(1);
    for (const at of ["first", "second"]) {
      await world.clock.advance(minute);
      expect(await send(world)).toBe(0);
      world.apply({ annotations: { "awsbatch.dev/reconcile-requested-at": at } });
      expect(await send(world)).toBe(1);
      expect(await send(world)).toBe(0);
    }
    world.apply({ annotations: {} });
    expect(await send(world)).toBe(0);
  });

  it("that may end jobs is sent three times, and from then on once each time that a person asks", async () => {
    const world = await given();
    const ending: Step = { next: { ...next, untilShown: true, stallsInVain: "UpdateInVain" } as Next<string> };
    for (const _time of [1, 2, 3]) expect(await send(world, ending)).toBe(1);
    for (const at of ["1", "2"]) {
      await world.clock.advance(24 * 60 * minute);
      expect(await send(world, ending)).toBe(0);
      expect((await pass(world, ending)).again).toEqual({ kind: "onChange" });
      expect(world.told()).toContain("Stalled=True UpdateInVain");
      expect(world.conditions()[0]?.message).toMatch(/a new value of awsbatch.dev\/reconcile-requested-at has it sent/);
      world.apply({ annotations: { "awsbatch.dev/reconcile-requested-at": at } });
      expect(await send(world, ending)).toBe(1);
    }
    world.apply({ spec: { priority: 2 } });
    for (const _time of [1, 2, 3]) expect(await send(world, ending)).toBe(1);
    expect(await send(world, ending)).toBe(0);
  });

  it("is counted beside another one that alternates with it", async () => {
    const world = await given();
    const steps = ["a", "b"].flatMap((action): Step[] => [
      { next: { ...update.next, action } as Next<string> },
      carriedOut,
    ]);
    const sent = async (): Promise<readonly string[]> => {
      world.log.length = 0;
      for (const step of steps) await pass(world, step);
      return world.log.filter((line) => line.startsWith("act "));
    };
    for (const _time of [1, 2, 3]) expect(await sent()).toEqual(["act a", "act b"]);
    expect(await sent()).toEqual([]);
    await world.clock.advance(15 * minute);
    expect(await sent()).toEqual(["act a", "act b"]);
  });

  it.each<[string, Step, (world: World) => void]>([
    ["when AWS has shown it meanwhile", wait(), () => {}],
    ["when the object was as wished meanwhile", settled, () => {}],
    ["when the spec was changed", carriedOut, (world) => void world.apply({ spec: { priority: 2 } })],
  ])("is counted anew %s", async (_name, between, meanwhile) => {
    const world = await given();
    for (const _time of [1, 2, 3]) await send(world);
    meanwhile(world);
    await pass(world, between);
    expect(await send(world)).toBe(1);
  });

  it("does not hold back another one, or an act whose effect is not waited for", async () => {
    const world = await given();
    for (const _time of [1, 2, 3]) await send(world);
    const other: Step = { next: { ...act("another write").next, untilShown: true } as Next<string> };
    await send(world, other);
    expect(world.log).toContain("act another write");
    const often = await given();
    for (const _time of [1, 2, 3, 4]) expect(await send(often, act())).toBe(1);
  });

  it("is counted on past a step that AWS refuses beside it", async () => {
    const world = await given();
    const deletion = act("delete").next as Extract<Next<string>, { kind: "act" }>;
    for (const _time of [1, 2, 3]) {
      await send(world);
      world.acts = failure("denied");
      await pass(world, {
        next: { ...deletion, reason: "Deleting", otherwise: { next: carriedOut.next, serving: false, news: [] } },
      });
      world.acts = undefined;
    }
    expect(await send(world)).toBe(0);
  });

  it("is not counted when AWS refused it", async () => {
    const world = await given();
    world.acts = failure("throttled");
    for (const _time of [1, 2, 3, 4]) await send(world);
    world.acts = undefined;
    expect(await send(world)).toBe(1);
  });
});

it("an object is known by namespace and name", async () => {
  expect(keyOf((await given()).object())).toEqual({ namespace: "team", name: "q" });
});
