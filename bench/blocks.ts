import { setImmediate } from "node:timers/promises";
import { apiVersion } from "../src/api/v1alpha1/group.ts";
import { ComposedOperator } from "../src/cli/operator/compose.ts";
import { type Manifest, MemoryStore } from "../src/kube/memory-store.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { silentLog } from "../src/runtime/log.ts";
import { seededRandom } from "../src/runtime/random.ts";
import { createSimulatedAws } from "../src/simulator/simulated-aws.ts";
import { table } from "./table.ts";

/** Objects of one tenant, as many as the schema lets it create, and one that all of them lead to. */
interface Shape {
  readonly what: string;
  readonly manifests: (count: number) => readonly Manifest[];
  /** What is changed again and again; default: the first one. */
  readonly hub?: Manifest;
}

const namespace = "mallory";
const object = (kind: string, name: string, spec: unknown): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});
const named =
  (kind: string, spec: (index: number, count: number) => unknown) =>
  (count: number): readonly Manifest[] =>
    Array.from({ length: count }, (_, index) => object(kind, `b${index}`, spec(index, count)));

const container = {
  type: "container",
  containerProperties: {
    image: "alpine",
    resourceRequirements: [
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "512" },
    ],
  },
};
const to = { jobQueue: "mallory_none", jobDefinition: "mallory_none" };
const after = (...names: readonly string[]) => ({ dependsOn: names.map((name) => ({ jobRef: { name } })) });
const managed = {
  type: "MANAGED",
  computeResources: { type: "FARGATE", maxvCpus: 4, subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
};
const orderOf = (name: string) => [{ order: 1, computeEnvironmentRef: { name } }];

const shapes: readonly Shape[] = [
  {
    what: "BatchJob: each on the next 20, in a ring",
    manifests: named("BatchJob", (index, count) => ({
      ...to,
      ...after(...Array.from({ length: 20 }, (_, next) => `b${(index + next + 1) % count}`)),
    })),
  },
  { what: "BatchJob: a chain", manifests: named("BatchJob", (index) => ({ ...to, ...after(`b${index + 1}`) })) },
  {
    what: "BatchJob: all on one",
    manifests: named("BatchJob", (index) => ({ ...to, ...(index === 0 ? {} : after("b0")) })),
  },
  {
    what: "BatchJob: all in one queue, of one definition",
    manifests: named("BatchJob", () => ({ jobQueueRef: { name: "hub" }, jobDefinitionRef: { name: "none" } })),
    hub: object("JobQueue", "hub", { priority: 1, computeEnvironmentOrder: orderOf("none") }),
  },
  {
    what: "JobDefinition: all of one name",
    manifests: named("JobDefinition", () => ({ ...container, jobDefinitionName: "mallory_one" })),
  },
  {
    what: "JobDefinition: all with a name of another namespace",
    manifests: named("JobDefinition", () => ({ ...container, jobDefinitionName: "team_one" })),
  },
  {
    what: "JobDefinition: all with one consumable",
    manifests: named("JobDefinition", () => ({
      ...container,
      consumableResourceProperties: {
        consumableResourceList: [{ consumableResourceRef: { name: "hub" }, quantity: 1 }],
      },
    })),
    hub: object("ConsumableResource", "hub", { resourceType: "REPLENISHABLE", totalQuantity: 1 }),
  },
  {
    what: "JobDefinition: all with a shared role",
    manifests: named("JobDefinition", () => ({
      ...container,
      iam: { jobRole: { name: "shared", managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
    })),
  },
  {
    what: "JobQueue: all on one environment",
    manifests: named("JobQueue", () => ({ priority: 1, computeEnvironmentOrder: orderOf("hub") })),
    hub: object("BatchComputeEnvironment", "hub", managed),
  },
  {
    what: "JobQueue: all of one name",
    manifests: named("JobQueue", () => ({
      jobQueueName: "mallory_one",
      priority: 1,
      computeEnvironmentOrder: orderOf("none"),
    })),
  },
  {
    what: "BatchComputeEnvironment: all of one name",
    manifests: named("BatchComputeEnvironment", () => ({ ...managed, computeEnvironmentName: "mallory_one" })),
  },
  { what: "BatchComputeEnvironment", manifests: named("BatchComputeEnvironment", () => managed) },
  {
    what: "QuotaShare: all of one name in one queue",
    manifests: named("QuotaShare", () => ({
      jobQueueRef: { name: "hub" },
      quotaShareName: "one",
      capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }],
    })),
    hub: object("JobQueue", "hub", { priority: 1, jobQueueType: "SAGEMAKER_TRAINING" }),
  },
  {
    what: "ConsumableResource: all of one name",
    manifests: named("ConsumableResource", () => ({
      consumableResourceName: "mallory_one",
      resourceType: "REPLENISHABLE",
      totalQuantity: 1,
    })),
  },
  {
    what: "ConsumableResource",
    manifests: named("ConsumableResource", () => ({ resourceType: "REPLENISHABLE", totalQuantity: 1 })),
  },
  {
    what: "SchedulingPolicy: all of one name",
    manifests: named("SchedulingPolicy", () => ({
      schedulingPolicyName: "mallory_one",
      fairsharePolicy: { shareDecaySeconds: 600 },
    })),
  },
  {
    what: "ServiceEnvironment: all of one name",
    manifests: named("ServiceEnvironment", () => ({
      serviceEnvironmentName: "mallory_one",
      serviceEnvironmentType: "SAGEMAKER_TRAINING",
      capacityLimits: [{ maxCapacity: 1, capacityUnit: "NUM_INSTANCES" }],
    })),
  },
];

/** The longest stretch of the event loop since it was last asked, in ms of this thread's own time. */
class Meter {
  #longest = 0;
  #before = 0;
  #runs = true;

  constructor() {
    const tick = async (): Promise<void> => {
      while (this.#runs) {
        await setImmediate();
        const now = ownMs();
        this.#longest = Math.max(this.#longest, now - this.#before);
        this.#before = now;
      }
    };
    void tick();
  }

  /** From now on. */
  begin(): void {
    this.#before = ownMs();
    this.#longest = 0;
  }

  get longest(): number {
    return this.#longest;
  }

  end(): void {
    this.#runs = false;
  }
}

function ownMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** An operator in this process, on the machine's clock. */
function started(store: MemoryStore, aws: ReturnType<typeof createSimulatedAws>) {
  const controller = new AbortController();
  const composed = new ComposedOperator({
    flags: {},
    region: "eu-west-1",
    clusterUid: "cluster-1",
    ports: {
      clock: systemClock(),
      random: seededRandom(1),
      log: silentLog,
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
  const running = composed.run(controller.signal);
  const stop = async (): Promise<void> => {
    controller.abort(new Error("ends"));
    await running;
  };
  return { operator: composed.operator, stop };
}

const forMs = async (ms: number): Promise<void> => {
  const until = performance.now() + ms;
  while (performance.now() < until) await setImmediate();
};

/**
 * The longest stretches that the objects of one tenant cost everybody, for each kind: of an operator in this process, on the
 * machine's clock. The store and the simulated AWS are in the same process, and their work counts.
 *
 * @param restMs after each change
 */
export async function longestBlocks(count: number, restMs: number): Promise<void> {
  const rows: string[][] = [];
  for (const { what, manifests, hub } of shapes) {
    const clock = systemClock();
    const aws = createSimulatedAws({ clock, random: seededRandom(1), region: "eu-west-1", knobs: { stalenessMs: 0 } });
    let uids = 0;
    const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}` });
    const meter = new Meter();
    const first = started(store, aws);
    await forMs(500);
    const given = [...(hub === undefined ? [] : [hub]), ...manifests(count)];
    const phase = async (work: () => Promise<void>): Promise<string> => {
      meter.begin();
      await work();
      return meter.longest.toFixed(1);
    };
    const changed = given[0] as Manifest;
    const annotated = (value: string): Manifest => ({
      ...changed,
      metadata: { ...changed.metadata, annotations: { "awsbatch.dev/reconcile-at": value } },
    });
    const row = [
      what,
      await phase(async () => {
        for (const manifest of given) {
          store.apply(manifest);
          await setImmediate();
        }
        await forMs(restMs);
      }),
      await phase(async () => {
        for (let change = 0; change < 10; change++) {
          store.apply(annotated(`a${change}`));
          await forMs(restMs / 10);
        }
      }),
      await phase(async () => {
        await aws.outside.createConsumableResource({ consumableResourceName: "x", totalQuantity: 1 });
        await aws.outside.registerJobDefinition({ ...container, jobDefinitionName: "mallory_one" } as never);
        await aws.outside.createSchedulingPolicy({ name: "mallory_one" });
        await forMs(2 * restMs);
      }),
    ];
    await first.stop();
    let second: ReturnType<typeof started> | undefined;
    row.push(
      await phase(async () => {
        second = started(store, aws);
        await forMs(2 * restMs);
      }),
    );
    meter.end();
    await second?.stop();
    rows.push(row);
  }
  table(
    `The longest stretch without a turn of the event loop, ms, with ${count} objects of one tenant`,
    ["objects", "created", "one changed", "AWS changed", "restart"],
    rows,
  );
}
