/**
 * The longest stretches of the event loop, for shapes of thousands of objects of one tenant. Alone, and with where the time goes:
 * `node bench/blocks.ts --shape TEXT --where`.
 */

import { execFile } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { kindOf } from "../src/api/v1alpha1/kinds.ts";
import { type Manifest, MemoryStore } from "../src/kube/memory-store.ts";
import { ComposedOperator, unobserved } from "../src/operator/compose.ts";
import { metricsOf } from "../src/operator/run/metrics.ts";
import { roomLimits } from "../src/runtime/cache-limits.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { silentLog } from "../src/runtime/log.ts";
import { seededRandom } from "../src/runtime/random.ts";
import { createSimulatedAws } from "../src/simulator/simulated-aws.ts";
import { smallJob } from "../test/manifests.ts";
import { Meter } from "./blocks/meter.ts";
import { namespace, type Shape, shapes } from "./blocks/shapes.ts";
import { table } from "./table.ts";

/** An operator in this process, on the machine's clock. */
function started(store: MemoryStore, aws: ReturnType<typeof createSimulatedAws>) {
  const controller = new AbortController();
  const metrics = metricsOf({ clock: systemClock(), version: "bench" });
  const composed = new ComposedOperator({
    flags: {},
    region: "eu-west-1",
    clusterUid: "cluster-1",
    roomLimits,
    ports: {
      clock: systemClock(),
      random: seededRandom(1),
      log: silentLog,
      election: undefined,
      awsIsNew: false,
      ...unobserved,
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
          logs: async () => aws.logs,
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
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: undefined });
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
      await aws.outside.registerJobDefinition({ ...smallJob, jobDefinitionName: "mallory_one" } as never);
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
    const [longest, without] = [meter.longest, await meter.longestWithoutCollector()];
    row.push(longest - without < 1 ? longest.toFixed(1) : `${without.toFixed(1)} (${longest.toFixed(1)})`);
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
export async function longestBlocks(given: Given = {}): Promise<void> {
  const { objects = "5000", shape: text = "", rest = "1500", where = false } = given;
  const rows: string[][] = [];
  for (const { what } of shapes.filter((shape) => shape.what.includes(text))) {
    // Each in a process of its own: what another one has left would be collected in the middle of it.
    const flags = ["--objects", objects, "--rest", rest, "--only", what, ...(where ? ["--where"] : [])];
    const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, ...flags]);
    const lines = stdout.trimEnd().split("\n");
    if (where) console.log(lines.slice(0, -1).join("\n"));
    rows.push(JSON.parse(lines.at(-1) ?? "[]") as string[]);
  }
  table(
    `The longest stretch without a turn of the event loop, ms (with the garbage collector), with ${objects} objects of one tenant`,
    ["objects", ...phases],
    rows,
  );
}

interface Given {
  readonly objects?: string | undefined;
  /** A part of the name of the shapes to try. */
  readonly shape?: string | undefined;
  /** After each change, ms. */
  readonly rest?: string | undefined;
  readonly where?: boolean | undefined;
}

if (import.meta.main) {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { objects: text, shape: text, rest: text, only: text, where: { type: "boolean", default: false } },
  });
  const shape = shapes.find(({ what }) => what === values.only);
  if (shape === undefined) await longestBlocks(values);
  else {
    const trial = { count: Number(values.objects), restMs: Number(values.rest), where: values.where };
    console.log(JSON.stringify(await tried({ ...trial, shape })));
    // What reads for nobody any more would go on.
    process.exit();
  }
}
