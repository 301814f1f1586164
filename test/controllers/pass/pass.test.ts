import { describe, expect, it } from "vitest";
import type { Condition, KubeObject } from "../../../src/api/object.ts";
import { keyOf } from "../../../src/api/object.ts";
import { JobQueueStatus } from "../../../src/api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../../src/api/v1alpha1/kinds.ts";
import { AwsError, type FailureKind } from "../../../src/aws/errors.ts";
import type {
  Act,
  Change,
  ConditionDraft,
  FieldChange,
  Plan,
  Refusal,
  Serves,
  Step,
  StepCondition,
} from "../../../src/controllers/pass/agenda.ts";
import type { Failing } from "../../../src/controllers/pass/failures.ts";
import { reconcilerOf } from "../../../src/controllers/pass/pass.ts";
import type { Ports } from "../../../src/controllers/ports.ts";
import { MemoryStore } from "../../../src/kube/memory-store.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { collectingLog } from "../../../src/runtime/log.ts";
import type { Report } from "../../../src/runtime/object-reconciler.ts";
import { StoreError } from "../../../src/runtime/store.ts";
import { identity, settings } from "../kinds/compute-environment/given.ts";
import { fakeRegion, objectsOf } from "../region.ts";

const finalizer = "awsbatch.dev/cleanup";
const here = { "awsbatch.dev/location": "123456789012/eu-west-1" };
const minute = 60_000;

type Planned = Partial<Plan<string>> & Pick<Plan<string>, "agenda">;

const agenda = (...steps: readonly Step<string>[]): Planned => ({ agenda: steps });
const actStep = (action = "write", change: Partial<Act<string>> = {}): Act<string> => ({
  kind: "act",
  action,
  reason: "Updating",
  message: "acts",
  ...change,
});
const waitStep = (change: object = {}): Step<string> => ({
  kind: "wait",
  reason: "Creating",
  message: "waits",
  ...change,
});
const blockedStep = (change: object = {}): Step<string> => ({
  kind: "blocked",
  reason: "Invalid",
  message: "stuck",
  ...change,
});
const serves: Serves = { kind: "serves", reason: "Available", message: "is" };
const act = (action = "write", change: Partial<Act<string>> = {}): Planned => agenda(actStep(action, change));
const wait = (change: object = {}): Planned => agenda(waitStep(change));
const blocked = (change: object = {}): Planned => agenda(blockedStep(change));
const settled: Planned = agenda(serves);
const release: Planned = agenda({ kind: "release", reason: "Deleted", message: "gone" });
const differing = (...paths: readonly string[]): { readonly change: Change } => ({
  change: {
    action: "Update",
    id: "id",
    reason: "InSync",
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
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: undefined });
  let uids = 0;
  const region = fakeRegion();
  const log: string[] = [];
  const logged = collectingLog();
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
    plan: wait(),
    /** What AWS had refused when it was planned last, by name of the action. */
    refusals: new Map() as ReadonlyMap<string, Refusal>,
    /** What happens in AWS until it is read live. */
    meanwhile: (): void => {},
    /** Since when what was read counts as live, monotonic ms. */
    liveSinceMs: undefined as number | undefined,
    opens: undefined as Error | undefined,
    observes: undefined as Error | undefined,
    acts: undefined as Error | undefined,
    /** The conditions that the kind has for what was refused. */
    conditionsOfFailure: [] as readonly ConditionDraft[],
    /** What watches have shown by now. */
    shown: undefined as KubeObject | undefined,
    /** Whether AWS has something of its own. */
    hasOwn: false,
    /** In how many ms more is seen. */
    moreInMs: undefined as number | undefined,
    /** Why what was observed is outdated. */
    outdated: undefined as Failing | undefined,
    live,
    object,
    apply,
    delete: () => store.delete(JobQueueKind, key),
    forget: (uid: string) => reconciler.forget(uid),
    /** One pass; its status is written as the runtime does. */
    async pass(seen: KubeObject = object()): Promise<Report> {
      const report = await reconciler.reconcile(seen, { signal, reconcileId: "r", log: logged });
      const current = live();
      if (report.status !== undefined && current !== undefined) {
        await store.applyStatus(JobQueueKind, current, report.status, signal);
      }
      return report;
    },
    conditions: (): readonly Condition[] =>
      (live()?.status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? [],
    /** What was logged, in order. */
    logged: () => logged.lines,
    /** Conditions in one line. */
    reported: (): string =>
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
    processId: () => "process-1",
    reconciles: ({ metadata }) => metadata.annotations?.["shard"] !== "other",
    misnamed: () => undefined,
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
      plan(_object, _seen, _now, refusals) {
        world.refusals = refusals;
        return { change: { action: "None", id: "id", reason: "InSync", changes: [] }, conditions: [], ...world.plan };
      },
      independentName: (action) => (action.startsWith("alone ") ? action : undefined),
      async act(action) {
        log.push(`act ${action}`);
        if (world.acts !== undefined) throw world.acts;
      },
      status: () => ({ arn: "arn:q" }),
      moreInMs: () => world.moreInMs,
      hasOwn: () => world.hasOwn,
      events: (action) => [{ type: "Normal", reason: "Did", action: "Do", note: action }],
      conditionsOfFailure: () => world.conditionsOfFailure,
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
    world.plan = act("create");
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

  it("an object whose AWS side is already as desired gets both, so that its deletion finds it", async () => {
    const world = await given({ finalized: false });
    world.plan = settled;
    expect((await world.pass()).again).toEqual({ kind: "now" });
    expect(world.object().metadata).toMatchObject({ finalizers: [finalizer], annotations: here });
    await world.pass();
    expect(world.reported()).toBe("Ready=True Available; Synced=True ReadFromAWS");
  });

  it("an object that waits, and has something in AWS, gets both again where somebody took them away", async () => {
    const world = await given({ finalized: false });
    world.hasOwn = true;
    expect((await world.pass()).again).toEqual({ kind: "now" });
    expect(world.object().metadata).toMatchObject({ finalizers: [finalizer], annotations: here });
  });

  it.each(["paused", "dry-run"])("an object that is settled and %s stays untouched", async (annotation) => {
    const world = await given({ finalized: false, annotations: { [`awsbatch.dev/${annotation}`]: "true" } });
    world.plan = settled;
    await world.pass();
    expect(world.object().metadata.finalizers).toBeUndefined();
    expect(world.reported()).toContain("Ready=True");
  });
});

it("nothing is reported while more is about to be seen, and what is to be done is done", async () => {
  const world = await given();
  world.moreInMs = 700;
  expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "after", delayMs: 700 } });
  world.plan = act("create");
  await world.pass();
  expect(world.log.at(-1)).toBe("act create");
  world.plan = wait();
  world.moreInMs = undefined;
  expect((await world.pass()).status).toBeDefined();
});

describe("before any write", () => {
  it("what this pass has read counts as live, and what an earlier pass has read does not", async () => {
    const world = await given();
    world.plan = act("delete");
    await world.pass();
    await world.clock.advance(1000);
    const beganAtMs = world.clock.monotonic();
    await world.pass();
    expect(world.liveSinceMs).toBe(beganAtMs);
  });

  it("is logged with its reason before it is sent, and no wait is", async () => {
    const world = await given();
    world.plan = agenda(actStep("delete"));
    await world.pass();
    world.plan = agenda(waitStep());
    await world.pass();
    expect(world.logged()).toEqual([{ level: "info", message: "acts", fields: { reason: "Updating", why: "acts" } }]);
  });

  it("object and AWS are read live", async () => {
    const world = await given();
    world.plan = act("delete");
    const report = await world.pass();
    expect(world.log).toEqual(["observe", "read the object live", "read AWS live", "observe", "act delete"]);
    expect(report).toEqual({
      status: undefined,
      events: [{ type: "Normal", reason: "Did", action: "Do", note: "delete" }],
      again: { kind: "now" },
    });
  });

  type World = Awaited<ReturnType<typeof given>>;

  it.each<[string, (world: World) => void]>([
    ["the spec has changed", (world) => void world.apply({ spec: { priority: 2 } })],
    ["the object is being deleted", (world) => void world.delete()],
    ["the object is paused", (world) => void world.apply({ annotations: { "awsbatch.dev/paused": "true" } })],
    ["the object only plans", (world) => void world.apply({ annotations: { "awsbatch.dev/dry-run": "true" } })],
  ])("it starts over without a write when %s", async (_name, meanwhile) => {
    const world = await given();
    world.plan = act("delete");
    const stale = world.object();
    meanwhile(world);
    expect(await world.pass(stale)).toEqual({ status: undefined, events: [], again: { kind: "now" } });
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });

  it.each<[string, Planned | undefined]>([
    ["something else is next", act("other")],
    ["nothing is next", wait()],
    ["it can no longer be read", undefined],
  ])("it starts over without a write when AWS shows that %s", async (_name, plan) => {
    const world = await given();
    world.plan = act("delete");
    world.meanwhile = () => {
      if (plan === undefined) world.region.failure = failure("throttled");
      else world.plan = plan;
    };
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "now" } });
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });

  it("it starts over without a write when the object is gone, or another one bears its name", async () => {
    const world = await given({ annotations: {} });
    world.plan = act("delete");
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
    expect(world.reported()).toBe(
      "Ready=False LocationMismatch; Synced=True ReadFromAWS; Stalled=True LocationMismatch",
    );
    expect(world.conditions()[0]?.message).toContain("999999999999/eu-west-1");
  });
});

describe("an object that is held by a person", () => {
  const unknown = (reason: string): string => `Ready=Unknown ${reason}; Synced=True ReadFromAWS`;

  it.each<[string, string, Planned, boolean, string]>([
    ["paused, with a step due", "paused", act(), false, unknown("Paused")],
    ["paused, and waiting", "paused", wait(), false, unknown("Paused")],
    ["paused, and stuck", "paused", blocked(), false, unknown("Paused")],
    ["paused, and as desired", "paused", settled, false, "Ready=True Available; Synced=True ReadFromAWS"],
    [
      "paused, with a step due while it serves",
      "paused",
      agenda(serves, actStep()),
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
      "Ready=False Creating; Synced=True ReadFromAWS; Reconciling=True Creating",
    ],
    ["on a dry run, and deleted", "dry-run", release, true, unknown("DryRun")],
  ])("%s, is left as it is", async (_name, annotation, plan, deleted, expected) => {
    const world = await given({ annotations: { [`awsbatch.dev/${annotation}`]: "true" } });
    if (deleted) world.delete();
    world.plan = plan;
    const report = await world.pass();
    expect(world.reported()).toBe(expected);
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

  it.each<[string, Planned | AwsError]>([
    ["shows that something is left", act("delete")],
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
    world.plan = act("delete");
    await world.pass();
    expect(world.log.at(-1)).toBe("act delete");
  });

  it.each<[string, object | undefined, string]>([
    [
      "what is left",
      { arn: "arn:q" },
      "Abandoned: finalizer removed, AWS resources kept (awsbatch.dev/abandon): arn:q",
    ],
    [
      "that something may be left",
      undefined,
      "Abandoned: finalizer removed, AWS resources kept (awsbatch.dev/abandon): whatever AWS holds for it",
    ],
  ])("by abandoning touches AWS in nothing, not even to read, and names %s", async (_name, status, expected) => {
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

describe("a report", () => {
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

  it.each<[string, Planned, string | undefined]>([
    ["that a wait needs", wait({ until: { kind: "approval", value: "id/Create" } }), "id/Create"],
    ["that ends a block", blocked({ until: { kind: "approval", value: "id/Create" } }), "id/Create"],
    ["of none, where another wait is next", wait({ until: { kind: "listing" } }), undefined],
    [
      "of none, where an act comes before it that everything waits for",
      agenda(actStep(), waitStep({ until: { kind: "approval", value: "id/Create" } })),
      undefined,
    ],
  ])("is in status.plan the approval %s", async (_name, plan, expected) => {
    const world = await given();
    world.plan = plan;
    world.acts = failure("denied");
    await world.pass();
    expect((world.object().status as JobQueueStatus).plan?.approval).toBe(expected);
  });

  it("is each field with its values, and not whether it follows a reference", async () => {
    const world = await given();
    const change: FieldChange = { path: "spec.f", kind: "update", why: "w", from: "1", to: "2" };
    world.plan = {
      ...wait(),
      change: { action: "Update", id: "id", reason: "InSync", changes: [{ ...change, isReference: true }] },
    };
    await world.pass();
    expect((world.object().status as JobQueueStatus).plan?.changes).toEqual([change]);
  });

  it("fits its schema, however long its texts are", async () => {
    const long = "x".repeat(5000);
    const world = await given({ annotations: { "awsbatch.dev/reconcile-requested-at": long } });
    const change: FieldChange = { path: "spec.f", kind: "update", why: long, from: long, to: long };
    world.plan = {
      ...wait({ message: long }),
      change: { action: "Update", id: "id", reason: "FieldsDiffer", changes: [change] },
    };
    await world.pass();
    const { plan, conditions, ...status } = world.object().status as JobQueueStatus;
    expect(JobQueueStatus.parse({ ...status, plan, conditions })).toBeDefined();
    expect(plan?.changes[0]?.why).toBe(`${"x".repeat(1023)}…`);
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
    expect(eventsOf(await world.pass())).toBe("Invalid: stuck");
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
    const before = world.conditions();
    world.shown = world.object();
    await world.clock.advance(minute);
    expect(eventsOf(await world.pass(older))).toBe("");
    expect(world.conditions()).toEqual(before);

    // Another one of its name says nothing of it.
    world.shown = { ...world.object(), metadata: { ...world.object().metadata, uid: "another" } };
    expect(eventsOf(await world.pass(older))).not.toBe("");
  });

  it("turns Stalled when a wait lasts too long, counted for the same reason", async () => {
    const world = await given();
    world.plan = wait({ stallsAfterMs: 10 * minute, checkInMs: 7 * minute });
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 7 * minute });
    await world.clock.advance(7 * minute);
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 3 * minute });
    expect(world.reported()).toContain("Reconciling=True Creating");
    await world.clock.advance(3 * minute);
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 7 * minute });
    expect(world.reported()).toContain("Stalled=True Creating");
    world.plan = wait({ reason: "Other", stallsAfterMs: 10 * minute });
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 10 * minute });
    expect(world.reported()).toContain("Reconciling=True Other");
  });

  it("counts from the beginning for an object of which it was to forget everything", async () => {
    const world = await given();
    world.plan = wait({ stallsAfterMs: 10 * minute, checkInMs: 7 * minute });
    await world.pass();
    await world.clock.advance(10 * minute);
    world.forget(world.object().metadata.uid);
    await world.pass();
    expect(world.reported()).toContain("Reconciling=True Creating");
  });

  it.each<[string, Planned, Report["again"]]>([
    ["a wait for a change", wait(), { kind: "onChange" }],
    ["a wait with a time", wait({ checkInMs: 5 }), { kind: "after", delayMs: 5 }],
    ["a block", blocked(), { kind: "onChange" }],
    ["a block with a time", blocked({ checkInMs: 5 }), { kind: "after", delayMs: 5 }],
    ["rest with a time", agenda({ ...serves, checkInMs: 5 }), { kind: "after", delayMs: 5 }],
    ["a wait in a plan with a time", { ...wait({ checkInMs: 5 }), checkInMs: 4 }, { kind: "after", delayMs: 4 }],
    ["a step", act(), { kind: "now" }],
  ])("%s says when to requeue", async (_name, plan, expected) => {
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
  ])("as %s is reported and tried again", async (kind, expected, again) => {
    const world = await given();
    world.plan = act();
    world.acts = failure(kind);
    const report = await world.pass();
    expect(report.again).toEqual(again);
    expect(world.reported()).toContain(expected);
    expect(report.events.some(({ reason }) => reason === "Did")).toBe(false);
    expect(world.conditions()[0]?.message).toContain("batch:X");
  });

  it.each<[FailureKind, string]>([
    ["busy", "ResourceBusy"],
    ["inUse", "InUse"],
  ])("as %s is AWS's lag: tried again after 5 s, and reported only after 5 minutes", async (kind, reason) => {
    const world = await given();
    world.plan = act();
    world.acts = failure(kind);
    expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 5000 });
    expect(world.reported()).toContain("Reconciling=True Updating");
    await world.clock.advance(5 * minute);
    await world.pass();
    expect(world.reported()).toContain(`Reconciling=True ${reason}`);
  });

  it("as denied is Stalled after 5 minutes of denials", async () => {
    const world = await given();
    world.plan = act();
    world.acts = failure("denied");
    await world.pass();
    await world.clock.advance(5 * minute);
    await world.pass();
    expect(world.reported()).toContain("Stalled=True AccessDenied");
  });

  it("has AWS's words and the next step", async () => {
    const world = await given();
    world.plan = act();
    world.acts = failure("invalid", "Parameter maxvCpus is wrong.");
    await world.pass();
    expect(world.conditions()[0]?.message).toMatch(/^batch:X was refused: Parameter maxvCpus is wrong\. \S+/);
  });

  it("leaves the approval in status that the step going on in its place waits for", async () => {
    const world = await given();
    const until = { kind: "approval", value: "id/Create" };
    world.plan = agenda(actStep("write", { holds: "nothing" }), waitStep({ until }));
    world.acts = failure("denied");
    await world.pass();
    expect(world.object().status).toMatchObject({ plan: { approval: "id/Create" } });
  });

  describe("and that a condition reports in place of Ready", () => {
    const notReady = { type: "RolesReady", status: "False" } as const;
    const repairing = (condition: StepCondition = notReady): Planned =>
      agenda(actStep("repair", { holds: "writes", conditions: [condition] }), serves);

    it("is reported by that condition, and leaves Ready as it is", async () => {
      const world = await given();
      world.plan = repairing();
      world.acts = failure("denied");
      await world.pass();
      expect(world.reported()).toBe("Ready=True Available; Synced=True ReadFromAWS; RolesReady=False AccessDenied");
      expect(world.conditions().at(-1)?.message).toMatch(/^batch:X was refused: no\. \S+/);
    });

    it("is reported in the kind's own words where it has some, in place of the plan's", async () => {
      const world = await given();
      const draft = (type: ConditionDraft["type"], reason: ConditionDraft["reason"]): ConditionDraft => ({
        type,
        status: "False",
        reason,
        message: "own words",
      });
      world.plan = {
        ...repairing(),
        conditions: [draft("NetworkReady", "NotReadable"), draft("EndpointsReady", "NotReadable")],
      };
      world.acts = failure("denied");
      world.conditionsOfFailure = [draft("RolesReady", "AccessDenied"), draft("NetworkReady", "AccessDenied")];
      await world.pass();
      expect(world.reported()).toBe(
        "Ready=True Available; Synced=True ReadFromAWS; EndpointsReady=False NotReadable; RolesReady=False AccessDenied; NetworkReady=False AccessDenied",
      );
    });

    it("is reported by each of several such conditions", async () => {
      const world = await given();
      const conditions = [notReady, { type: "EndpointsReady", status: "Unknown" }] as const;
      world.plan = agenda(actStep("repair", { holds: "writes", conditions }), serves);
      world.acts = failure("denied");
      await world.pass();
      expect(world.reported()).toContain("RolesReady=False AccessDenied; EndpointsReady=False AccessDenied");
    });

    it("is reported by what goes on where that condition says what is under way", async () => {
      const world = await given();
      world.plan = agenda(serves, actStep("retire", { conditions: [{ type: "Retiring", status: "True" }] }));
      world.acts = failure("denied");
      await world.pass();
      expect(world.reported()).toBe("Ready=True Available; Synced=True ReadFromAWS; Retiring=True Updating");
    });
  });

  describe("and that nothing waits for", () => {
    const both = agenda(actStep("alone disable", { holds: "nothing" }), actStep("order"), serves);
    const acts = (log: readonly string[]): readonly string[] => log.filter((line) => line.startsWith("act"));

    it("gives way to what follows, a second later, and is reported meanwhile", async () => {
      const world = await given();
      world.plan = both;
      world.acts = failure("denied");
      expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 1000 });
      expect(world.reported()).toContain("Reconciling=True AccessDenied");
      world.acts = undefined;
      await world.clock.advance(1000);
      await world.pass();
      expect(acts(world.log)).toEqual(["act alone disable", "act order"]);
      world.plan = agenda(...both.agenda.slice(0, 1), waitStep());
      world.log.length = 0;
      await world.pass();
      expect(acts(world.log)).toEqual(["act alone disable"]);
    });

    it("is known to the plan until it was done", async () => {
      const world = await given();
      world.plan = act("alone disable", { holds: "nothing" });
      world.acts = failure("denied");
      await world.pass();
      const at = world.clock.now();
      world.acts = undefined;
      await world.clock.advance(minute);
      await world.pass();
      expect([...world.refusals].map(([name, refusal]) => [name, refusal.failure.kind, refusal.at])).toEqual([
        ["alone disable", "denied", at],
      ]);
      await world.pass();
      expect(world.refusals.size).toBe(0);
    });

    it("is of one object only, and forgotten with it", async () => {
      const world = await given();
      world.plan = act("alone disable", { holds: "nothing" });
      world.acts = failure("denied");
      await world.pass();
      const { metadata, ...rest } = world.object();
      const another = { ...rest, metadata: { ...metadata, uid: "another" } };
      await world.pass(another);
      expect(world.refusals.size).toBe(0);
      await world.pass();
      expect(world.refusals.size).toBe(1);
      world.delete();
      world.plan = release;
      await world.pass();
      world.plan = wait();
      await world.pass({ ...rest, metadata });
      expect(world.refusals.size).toBe(0);
    });

    it("was tried: a live read before it that fails does not refuse the plan", async () => {
      const world = await given();
      world.plan = act("alone disable", { holds: "nothing" });
      world.meanwhile = () => {
        throw failure("denied");
      };
      await world.pass();
      expect(world.reported()).toContain("Reconciling=True AccessDenied");
      await world.pass();
      expect(world.refusals.size).toBe(0);
    });

    it("has a name: a step that everything waits for is not refused to the plan", async () => {
      const world = await given();
      world.plan = act();
      world.acts = failure("denied");
      await world.pass();
      await world.pass();
      expect(world.refusals.size).toBe(0);
    });
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

  it("is left alone also when it became so just before an act", async () => {
    const world = await given();
    world.plan = settled;
    await world.pass();
    await world.pass();
    world.plan = act("write");
    const stale = world.object();
    world.apply({ annotations: { shard: "other" } });
    world.log.length = 0;
    await world.pass(stale);
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });
});

describe("while AWS cannot be read", () => {
  it("nothing is reported before the first listing", async () => {
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
    expect(world.reported()).toBe("Ready=True Available; Synced=Unknown Throttled");
    await world.clock.advance(9 * minute);
    world.region.failure = failure("unavailable");
    await world.pass();
    expect(world.reported()).toBe("Ready=True Available; Synced=Unknown AWSUnavailable");
    await world.clock.advance(minute);
    await world.pass();
    expect(world.reported()).toBe("Ready=Unknown AWSUnavailable; Synced=Unknown AWSUnavailable");
    expect(world.object().status).toMatchObject({ arn: "arn:q", observedGeneration: 1 });
    expect(world.log.filter((line) => line.startsWith("act"))).toEqual([]);
  });

  it("what may pass is not reported for half a minute, and nothing is done meanwhile", async () => {
    const world = await given();
    world.plan = act();
    world.region.failure = failure("throttled");
    world.region.failingSince = world.clock.now() - 29_000;
    expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "after", delayMs: 2000 } });
    expect(world.log).toEqual([]);
    await world.clock.advance(1000);
    expect(await world.pass()).toMatchObject({ again: { kind: "after", delayMs: minute } });
    expect(world.reported()).toBe("Ready=Unknown Throttled; Synced=Unknown Throttled");
  });

  it.each<[string, FailureKind, number | undefined, number]>([
    ["what only a person ends", "denied", 1, 0],
    ["what was never read before", "throttled", undefined, 0],
    ["what fails since a time that is still to come, by a clock that was put back", "throttled", 1, minute],
  ])("%s is reported at once", async (_what, kind, listedAt, aheadMs) => {
    const world = await given();
    world.region.failure = failure(kind);
    world.region.listedAt = listedAt;
    world.region.failingSince = world.clock.now() + aheadMs;
    await world.pass();
    expect(world.reported()).toMatch(/Synced=Unknown/);
  });

  describe("of all of a kind, and what is planned may be outdated", () => {
    const outdated = (world: { clock: VirtualClock }, lastedMs: number): Failing => ({
      kind: "failing",
      error: failure("throttled"),
      since: world.clock.now() - lastedMs,
    });

    it("what is read live before it is done goes on", async () => {
      const world = await given();
      world.plan = act("write");
      world.outdated = outdated(world, minute);
      expect((await world.pass()).again).toEqual({ kind: "now" });
      expect(world.log.at(-1)).toBe("act write");
    });

    it("nothing else is done: what is at rest gets no finalizer", async () => {
      const world = await given({ finalized: false });
      world.plan = settled;
      world.outdated = outdated(world, minute);
      await world.pass();
      expect(world.log).toEqual(["observe"]);
      expect(world.object().metadata.finalizers).toBeUndefined();
      expect(world.reported()).toBe("Ready=Unknown Throttled; Synced=Unknown Throttled");
    });

    it("it is reported with the fields of status once it has lasted, and read as soon as the plan requests", async () => {
      const world = await given();
      world.plan = wait({ checkInMs: 5000 });
      world.outdated = outdated(world, 10_000);
      expect(await world.pass()).toEqual({ status: undefined, events: [], again: { kind: "after", delayMs: 2000 } });
      world.outdated = outdated(world, minute);
      expect((await world.pass()).again).toEqual({ kind: "after", delayMs: 5000 });
      expect(world.object().status).toMatchObject({ arn: "arn:q" });
      expect(world.reported()).toBe("Ready=Unknown Throttled; Synced=Unknown Throttled");
      world.plan = settled;
      expect((await world.pass()).again).toEqual({ kind: "after", delayMs: minute });
    });

    it("Ready stays at a generation that was reported before", async () => {
      const world = await given();
      world.plan = settled;
      await world.pass();
      world.outdated = outdated(world, minute);
      await world.pass();
      expect(world.reported()).toBe("Ready=True Available; Synced=Unknown Throttled");
    });
  });

  it("says why, and the next step", async () => {
    const world = await given();
    world.region.failure = failure("denied", "not authorized to perform: batch:DescribeJobQueues");
    await world.pass();
    expect(world.conditions()[1]?.message).toMatch(
      /^AWS Batch cannot be read \(batch:X\): not authorized.*Allow batch:DescribeJobQueues/,
    );
  });

  it("a permission that is missing for 10 minutes stalls the object at its generation, and is reported by one event", async () => {
    const world = await given();
    world.region.failure = failure("denied");
    await world.pass();
    expect(world.object().status).not.toHaveProperty("observedGeneration");
    await world.clock.advance(10 * minute);
    expect(eventsOf(await world.pass())).toMatch(/^AccessDenied: AWS Batch cannot be read/);
    expect(world.reported()).toBe("Ready=Unknown AccessDenied; Synced=Unknown AccessDenied; Stalled=True AccessDenied");
    expect(world.object().status).toMatchObject({ observedGeneration: 1 });
    expect(eventsOf(await world.pass())).toBe("");
  });

  it.each<[string, "opens" | "observes"]>([
    ["because nobody knows who we are", "opens"],
    ["because a read for this object failed", "observes"],
  ])("%s, that is reported", async (_name, where) => {
    const world = await given();
    world[where] = failure("credentials");
    await world.pass();
    expect(world.reported()).toBe("Ready=Unknown CredentialsInvalid; Synced=Unknown CredentialsInvalid");
    world[where] = new TypeError("a fault");
    await expect(world.pass()).rejects.toThrow("a fault");
  });
});

describe("drift", () => {
  type World = Awaited<ReturnType<typeof given>>;
  /** Settles, then finds the field changed and puts it back. */
  async function correct(world: World, plan: Planned): Promise<Report> {
    world.plan = settled;
    await world.pass();
    world.plan = plan;
    return world.pass();
  }
  const changed: Planned = { ...act(), ...differing("spec.state") };
  const followed: Change = {
    action: "Update",
    id: "id",
    reason: "InSync",
    changes: [{ path: "spec.state", kind: "update", why: "", isReference: true }],
  };

  it("is an event with the first write that corrects it", async () => {
    const world = await given();
    expect(eventsOf(await correct(world, changed))).toBe(
      "DriftCorrected: changed outside of Kubernetes and put back: spec.state; Did: write",
    );
    expect(eventsOf(await world.pass())).toBe("Did: write");
  });

  it.each<[string, Planned, (world: World) => void]>([
    ["when the spec was changed", changed, (world) => void world.apply({ spec: { priority: 2 } })],
    ["when the object is deleted", changed, (world) => void world.delete()],
    ["when nothing differs", act(), () => {}],
    ["when only a reference leads elsewhere now", { ...changed, change: followed }, () => {}],
  ])("it is none %s", async (_name, plan, meanwhile) => {
    const world = await given();
    world.plan = settled;
    await world.pass();
    meanwhile(world);
    world.plan = plan;
    expect(eventsOf(await world.pass())).toBe("Did: write");
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
      expect(world.reported()).toContain("Contested=True ChangedOutside");
      expect(yielded.again).toEqual({ kind: "after", delayMs: 14 * minute });
      await world.clock.advance(14 * minute);
      await world.pass();
      expect(world.log).toContain("act write");
      await world.clock.advance(minute);
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

describe("an update whose effect AWS never shows", () => {
  const update = act("write", { effects: [{ path: "spec.state", cause: "spec" }] });
  const carriedOut = agenda({ kind: "wait", reason: "Updating", message: "AWS carries it out" });
  type World = Awaited<ReturnType<typeof given>>;
  const pass = async (world: World, plan: Planned): Promise<Report> => {
    world.plan = plan;
    return world.pass();
  };
  const send = async (world: World, plan = update): Promise<number> => {
    world.log.length = 0;
    await pass(world, plan);
    await pass(world, carriedOut);
    return world.log.filter((line) => line === "act write").length;
  };

  it("makes way for what need not wait for it", async () => {
    const world = await given();
    const effects = [{ path: "spec.state", cause: "spec" }] as const;
    const both = agenda(actStep("write", { holds: "nothing", effects }), actStep("another write"));
    for (const _time of [1, 2, 3]) expect(await send(world, both)).toBe(1);
    world.log.length = 0;
    await pass(world, both);
    expect(world.log).toContain("act another write");
    expect(world.log).not.toContain("act write");
  });

  it("is sent three times, and from then on once in 15 minutes after it came back", async () => {
    const world = await given();
    for (const _time of [1, 2, 3]) expect(await send(world)).toBe(1);
    for (const _time of [1, 2]) {
      await world.clock.advance(30 * minute);
      expect((await pass(world, update)).again).toEqual({ kind: "after", delayMs: 15 * minute });
      expect(world.reported()).toContain("Ready=False Contested");
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

  it("that may end jobs is Stalled after three times, and sent once each time that a person asks", async () => {
    const world = await given();
    const ending = act("write", { effects: [{ path: "spec.state", cause: "spec", mayEndJobs: true }] });
    for (const _time of [1, 2, 3]) expect(await send(world, ending)).toBe(1);
    for (const at of ["1", "2"]) {
      await world.clock.advance(24 * 60 * minute);
      expect(await send(world, ending)).toBe(0);
      expect((await pass(world, ending)).again).toEqual({ kind: "onChange" });
      expect(world.reported()).toContain("Stalled=True UpdateNotApplied");
      expect(world.conditions()[0]?.message).toMatch(/a new value of awsbatch.dev\/reconcile-requested-at has it sent/);
      world.apply({ annotations: { "awsbatch.dev/reconcile-requested-at": at } });
      expect(await send(world, ending)).toBe(1);
    }
  });
});

it("an object is known by namespace and name", async () => {
  expect(keyOf((await given()).object())).toEqual({ namespace: "team", name: "q" });
});
