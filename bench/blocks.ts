/**
 * The longest stretches of the event loop, for shapes of thousands of objects of one tenant. Alone, and with where the time goes:
 * `node bench/blocks.ts --shape TEXT --where`.
 */

import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { kindOf } from "../src/api/v1alpha1/kinds.ts";
import { ComposedOperator } from "../src/cli/operator/compose.ts";
import { metricsOf } from "../src/cli/run/metrics.ts";
import { type Manifest, MemoryStore } from "../src/kube/memory-store.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { silentLog } from "../src/runtime/log.ts";
import { seededRandom } from "../src/runtime/random.ts";
import { createSimulatedAws } from "../src/simulator/simulated-aws.ts";
import { Meter } from "./blocks/meter.ts";
import { container, namespace, type Shape, shapes } from "./blocks/shapes.ts";
import { table } from "./table.ts";

/** An operator in this process, on the machine's clock. */
function started(store: MemoryStore, aws: ReturnType<typeof createSimulatedAws>) {
  const controller = new AbortController();
  const metrics = metricsOf({ clock: systemClock(), version: "bench" });
  const composed = new ComposedOperator({
    flags: {},
    region: "eu-west-1",
    clusterUid: "cluster-1",
    ports: {
      clock: systemClock(),
      random: seededRandom(1),
      log: silentLog,
      observer: metrics.runtime,
      store: () => store,
      openCloud: async () => ({
        account: "123456789012",
        region: "eu-west-1",
        label: "simulated AWS",
        connect: async () => ({
          account: "123456789012",
          partition: "aws" as const,
          batch: aws.batch,
          iam: async () => aws.iam,
          ec2: async () => aws.ec2,
          close: () => undefined,
        }),
      }),
    },
  });
  metrics.follow(composed.operator);
  const running = composed.run(controller.signal);
  const scrape = async (): Promise<void> => {
    await metrics.pages["/metrics"]?.();
  };
  const stop = async (): Promise<void> => {
    controller.abort(new Error("ends"));
    await running;
  };
  return { scrape, stop };
}

const forMs = async (ms: number): Promise<void> => {
  const until = performance.now() + ms;
  while (performance.now() < until) await setImmediate();
};

/** What happens to the objects of a shape. */
interface Trial {
  readonly shape: Shape;
  readonly count: number;
  /** After each change. */
  readonly restMs: number;
  /** Prints where the longest stretch of each phase was spent. */
  readonly where: boolean;
}

const phases = ["created", "one changed", "scraped", "AWS changed", "namespace changed", "restart"] as const;

/** The longest stretch of each phase. */
async function tried({ shape, count, restMs, where }: Trial): Promise<readonly string[]> {
  const { what, manifests, hub, hubGoes = false } = shape;
  const clock = systemClock();
  const aws = createSimulatedAws({ clock, random: seededRandom(1), region: "eu-west-1", knobs: { stalenessMs: 0 } });
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}` });
  const meter = new Meter();
  let running = started(store, aws);
  await forMs(500);
  const given = [...(hub === undefined ? [] : [hub]), ...manifests(count)];
  const changed = given[0] as Manifest;
  const change = (value: string): void => {
    const annotations = { ...changed.metadata.annotations, "awsbatch.dev/reconcile-at": value };
    store.apply({ ...changed, metadata: { ...changed.metadata, annotations } });
  };
  const steps: Readonly<Record<(typeof phases)[number], () => Promise<void>>> = {
    created: async () => {
      for (const manifest of given) {
        store.apply(manifest);
        await setImmediate();
      }
      await forMs(restMs);
    },
    "one changed": async () => {
      for (let index = 0; index < 10; index++) {
        change(`a${index}`);
        await forMs(restMs / 10);
      }
      if (hubGoes) store.delete(kindOf(changed.kind), { namespace, name: changed.metadata.name });
      await forMs(restMs);
    },
    scraped: async () => {
      await running.scrape();
      await forMs(restMs / 10);
    },
    "AWS changed": async () => {
      await aws.outside.createConsumableResource({ consumableResourceName: "x", totalQuantity: 1 });
      await aws.outside.registerJobDefinition({ ...container, jobDefinitionName: "mallory_one" } as never);
      await aws.outside.createSchedulingPolicy({ name: "mallory_one" });
      await forMs(2 * restMs);
    },
    "namespace changed": async () => {
      store.setNamespace(namespace, { labels: { team: "mallory" }, annotations: {} });
      await forMs(restMs);
    },
    restart: async () => {
      await running.stop();
      meter.begin();
      running = started(store, aws);
      await forMs(2 * restMs);
    },
  };
  const row = [what];
  for (const phase of phases) {
    if (where) await meter.beginProfile();
    else meter.begin();
    await steps[phase]();
    row.push(meter.longest.toFixed(1));
    if (!where) continue;
    const spent = await meter.endProfile();
    const lines = spent.slice(0, 25).map(([name, ms]) => `  ${ms.toFixed(1)} ${name}`);
    console.log([`${what}, ${phase}: ${meter.longest.toFixed(1)} ms`, ...lines].join("\n"));
  }
  meter.end();
  await running.stop();
  return row;
}

/**
 * The longest stretches that the objects of one tenant cost everybody, for each kind: of an operator in this process, on the
 * machine's clock. The store and the simulated AWS are in the same process, and their work counts.
 */
export async function longestBlocks(trial: Omit<Trial, "shape">, isTried: (what: string) => boolean = () => true) {
  const rows: string[][] = [];
  for (const shape of shapes) if (isTried(shape.what)) rows.push([...(await tried({ ...trial, shape }))]);
  table(
    `The longest stretch without a turn of the event loop, ms, with ${trial.count} objects of one tenant`,
    ["objects", ...phases],
    rows,
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      objects: { type: "string", default: "5000" },
      shape: { type: "string", default: "" },
      rest: { type: "string", default: "1500" },
      where: { type: "boolean", default: false },
    },
  });
  await longestBlocks({ count: Number(values.objects), restMs: Number(values.rest), where: values.where }, (what) =>
    what.includes(values.shape),
  );
}
