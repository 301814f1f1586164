import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { RuntimeMetrics } from "../../src/runtime/metrics.ts";
import type { Report } from "../../src/runtime/object-reconciler.ts";
import { Runtime } from "../../src/runtime/runtime.ts";
import { StoreError } from "../../src/runtime/store.ts";
import { keyOf, widgetKind, world } from "./world.ts";

/** A runtime with metrics on it, whose reconciles end as a test says. */
function observed(reconcile: (spec: unknown, signal: AbortSignal) => Promise<Report>) {
  const base = world();
  const registry = new Registry();
  const metrics = new RuntimeMetrics(registry, base.clock);
  const runtime = new Runtime({ ...base, observer: metrics });
  runtime.add({ kind: widgetKind, reconcile: (object, { signal }) => reconcile(object.spec, signal) }, 2);
  metrics.follow(runtime);
  void runtime.run(base.signal);
  const series = async (): Promise<Readonly<Record<string, number>>> => {
    const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
    );
  };
  return { ...base, metrics, runtime, series };
}

const onChange = { kind: "onChange" } as const;

test("reconciles are counted by how they ended, under controller-runtime's names", async () => {
  const w = observed(async (spec) => {
    if (spec === "fails") throw new Error("unexpected");
    if (spec === "conflicts") throw new StoreError("Conflict", "changed meanwhile");
    if (spec === "waits") return { status: { seen: true }, events: [], again: { kind: "after", delayMs: 3_600_000 } };
    return { status: undefined, events: [], again: onChange };
  });
  await w.clock.advance(10);
  for (const spec of ["fails", "conflicts", "waits", "works"]) w.apply(spec, spec);
  await w.clock.advance(100);
  const series = await w.series();
  expect(series).toMatchObject({
    'controller_runtime_reconcile_total{controller="widget",result="success"}': 1,
    'controller_runtime_reconcile_total{controller="widget",result="error"}': 1,
    'controller_runtime_reconcile_total{controller="widget",result="requeue"}': 0,
    'controller_runtime_reconcile_total{controller="widget",result="requeue_after"}': 1,
    'controller_runtime_reconcile_total{controller="widget",result="conflict"}': 1,
    'controller_runtime_reconcile_errors_total{controller="widget"}': 1,
    'controller_runtime_reconcile_time_seconds_count{controller="widget"}': 4,
    'status_writes_total{controller="widget"}': 1,
    'workqueue_retries_total{name="widget",controller="widget"}': 2,
    'workqueue_work_duration_seconds_count{name="widget",controller="widget"}': 4,
    'reflector_lists_total{kind="Widget",result="success"}': 1,
  });
});

test("a scrape shows who works, who waits and for how long", async () => {
  const gate = Promise.withResolvers<void>();
  const w = observed(async () => {
    await gate.promise;
    return { status: undefined, events: [], again: onChange };
  });
  await w.clock.advance(10);
  for (const name of ["a", "b", "c"]) w.apply(name);
  await w.clock.advance(30_000);
  const busy = {
    'controller_runtime_max_concurrent_reconciles{controller="widget"}': 3,
    'controller_runtime_active_workers{controller="widget"}': 2,
    'workqueue_depth{name="widget",controller="widget"}': 1,
    'workqueue_longest_running_processor_seconds{name="widget",controller="widget"}': 30,
  };
  expect(await w.series()).toMatchObject(busy);
  gate.resolve();
  await w.clock.advance(10);
  expect(await w.series()).toMatchObject({
    'controller_runtime_active_workers{controller="widget"}': 0,
    'workqueue_depth{name="widget",controller="widget"}': 0,
    'workqueue_longest_running_processor_seconds{name="widget",controller="widget"}': 0,
    'workqueue_queue_duration_seconds_count{name="widget",controller="widget"}': 3,
    'workqueue_queue_duration_seconds_sum{name="widget",controller="widget"}': 30,
    'workqueue_work_duration_seconds_sum{name="widget",controller="widget"}': 60,
    'controller_runtime_reconcile_time_seconds_sum{controller="widget"}': 60,
  });
});

test("a reflector that tries in vain is alive, one that does nothing at all hangs", async () => {
  const { clock } = world();
  const registry = new Registry();
  const metrics = new RuntimeMetrics(registry, clock);
  const reflector = metrics.reflector(widgetKind, undefined);
  reflector.listed(0);
  await clock.advance(200_000);
  reflector.listFailed(false);
  await clock.advance(200_000);
  reflector.watchEnded("failed");
  expect(metrics.hangingReflectors(300_000)).toEqual([]);
  expect(await registry.getSingleMetricAsString("reflector_last_heard_age_seconds")).toContain('{kind="Widget"} 400');
  await clock.advance(300_001);
  expect(metrics.hangingReflectors(300_000)).toEqual(["Widget"]);
});

test("of chosen namespaces one that is refused shows its age, and each that hangs is named", async () => {
  const { clock } = world();
  const registry = new Registry();
  const metrics = new RuntimeMetrics(registry, clock);
  const [teamA, teamB] = ["team-a", "team-b"].map((namespace) => metrics.reflector(widgetKind, namespace));
  await clock.advance(200_000);
  teamA?.heard();
  teamB?.listFailed(false);
  const text = await registry.getSingleMetricAsString("reflector_last_heard_age_seconds");
  expect(text).toContain('{kind="Widget",object_namespace="team-a"} 0');
  expect(text).toContain('{kind="Widget",object_namespace="team-b"} 200');
  await clock.advance(200_000);
  teamA?.heard();
  await clock.advance(100_001);
  expect(metrics.hangingReflectors(300_000)).toEqual(["Widget in team-b"]);
});

test("leadership and requests to the API server are reported", async () => {
  const registry = new Registry();
  const metrics = new RuntimeMetrics(registry, world().clock);
  metrics.leading("the-lease", true);
  metrics.request("GET", 200);
  metrics.request("PATCH", undefined);
  const text = await registry.metrics();
  expect(text).toContain('leader_election_master_status{name="the-lease"} 1');
  expect(text).toContain('rest_client_requests_total{method="GET",code="200"} 1');
  expect(text).toContain('rest_client_requests_total{method="PATCH",code="<error>"} 1');
  metrics.leading("the-lease", false);
  expect(await registry.metrics()).toContain('leader_election_master_status{name="the-lease"} 0');
});

test("the name of an object is not a label", async () => {
  const w = observed(async () => ({ status: undefined, events: [], again: onChange }));
  await w.clock.advance(10);
  w.apply("a-name-that-anybody-chose");
  await w.clock.advance(100);
  expect(w.runtime.cache(widgetKind).get(keyOf("a-name-that-anybody-chose"))).toBeDefined();
  expect(Object.keys(await w.series()).filter((name) => name.includes("anybody"))).toEqual([]);
});
