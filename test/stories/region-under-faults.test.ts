import { describe, expect, it } from "vitest";
import { guardedBatch } from "../../src/aws/batch-calls.ts";
import { createBatchRegion } from "../../src/aws/batch-region.ts";
import { AwsError } from "../../src/aws/errors.ts";
import { type ResourceType, resourceIn } from "../../src/aws/resources/index.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { throttled } from "../../src/simulator/faults.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { aBudget, aGuard, noObjects } from "../aws/given.ts";

const second = 1000;
const names = ["a", "b", "c"];
const signal = new AbortController().signal;

const body = (name: string, image: string) => ({
  jobDefinitionName: name,
  type: "container" as const,
  containerProperties: {
    image,
    resourceRequirements: [
      { type: "VCPU" as const, value: "1" },
      { type: "MEMORY" as const, value: "512" },
    ],
  },
});

/** The names that are there, past all staleness. */
function truth(aws: SimulatedAws): Readonly<Record<ResourceType, ReadonlySet<string | undefined>>> {
  const live = <T extends { readonly status?: string | undefined }>(records: readonly T[]): readonly T[] =>
    records.filter(({ status }) => status !== "DELETED" && status !== "INACTIVE");
  return {
    "compute-environment": new Set(live(aws.truth.computeEnvironments()).map((one) => one.computeEnvironmentName)),
    "job-queue": new Set(live(aws.truth.jobQueues()).map((one) => one.jobQueueName)),
    "scheduling-policy": new Set(aws.truth.schedulingPolicies().map(({ name }) => name)),
    "service-environment": new Set(
      aws.truth.serviceEnvironments().map(({ serviceEnvironmentName }) => serviceEnvironmentName),
    ),
    "quota-share": new Set(
      aws.truth.quotaShares().flatMap(({ quotaShareArn }) => resourceIn(quotaShareArn)?.name ?? []),
    ),
    "consumable-resource": new Set(aws.truth.schedulingPolicies().map(({ name }) => name)),
    "job-definition": new Set(live(aws.truth.jobDefinitions()).map((one) => one.jobDefinitionName)),
  };
}

describe("a region over an AWS that is stale, throttles and loses requests and answers", () => {
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))(
    "never believes that something is absent which is there, and ends up with the truth (seed %i)",
    async (seed) => {
      const clock = new VirtualClock();
      const random = seededRandom(seed);
      const aws = createSimulatedAws({ clock, random: seededRandom(seed + 1000), knobs: { pageSize: 2 } });
      const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
      for (const kind of ["loseRequest", "loseResponse"] as const) {
        aws.faults.add({ fault: { kind }, on: () => random() < 0.05 });
      }
      aws.faults.add({ fault: throttled, on: () => random() < 0.05 });

      const began = clock.monotonic();
      const batch = guardedBatch(aws.batch, aGuard({ clock, budget: aBudget(clock, 10) }));
      const region = createBatchRegion({
        batch,
        logs: async () => aws.logs,
        clock,
        random,
        account: aws.account,
        region: aws.region,
        partition: "aws",
        fingerprintOf: ({ containerProperties }) => `v1:${containerProperties?.image}`,
        writerSinceMonotonicMs: () => began,
        asked: () => new Map([["team", new Set(names)]]),
        onChange: () => undefined,
        ...noObjects,
      });
      const stop = new AbortController();
      const observed = region.start(stop.signal);

      const refused: AwsError[] = [];
      const busy = new Set<string>();
      /** Does something to a name, unless something is being done to it: each object has one worker. */
      const act = async (): Promise<void> => {
        const name = pick(names);
        if (busy.has(name)) return;
        busy.add(name);
        const {
          computeEnvironments: environments,
          jobQueues: queues,
          jobDefinitions: definitions,
          isAbsent,
        } = region.snapshot();
        const environment = environments.get(name);
        const queue = queues.get(name);
        const [newest] = definitions?.get(name) ?? [];
        try {
          switch (pick(["environment", "queue", "definition"])) {
            case "environment":
              if (isAbsent("compute-environment", name)) {
                await region.createComputeEnvironment(
                  {
                    computeEnvironmentName: name,
                    type: "MANAGED",
                    computeResources: {
                      type: "FARGATE",
                      maxvCpus: 4,
                      subnets: ["subnet-a"],
                      securityGroupIds: ["sg-a"],
                    },
                  },
                  signal,
                );
              } else if (environment?.status === "VALID" && environment.state === "ENABLED") {
                await region.updateComputeEnvironment({ computeEnvironment: name, state: "DISABLED" }, signal);
              } else if (environment?.status === "VALID") {
                await region.deleteComputeEnvironment(name, signal);
              }
              break;
            case "queue": {
              const usable = [...environments.values()].find(({ status }) => status === "VALID");
              if (isAbsent("job-queue", name) && usable !== undefined) {
                const order = [{ order: 1, computeEnvironment: usable.computeEnvironmentArn }];
                await region.createJobQueue(
                  { jobQueueName: name, priority: 1, computeEnvironmentOrder: order },
                  signal,
                );
              } else if (queue?.status === "VALID" && queue.state === "ENABLED") {
                await region.updateJobQueue({ jobQueue: name, state: "DISABLED" }, signal);
              } else if (queue?.status === "VALID") {
                await region.deleteJobQueue(name, signal);
              }
              break;
            }
            default:
              if (newest === undefined || random() < 0.5) {
                const fresh = await region.refreshDefinition(name, signal);
                const image = pick(["x", "y"]);
                const [highest] = fresh.jobDefinitions?.get(name) ?? [];
                if (highest?.fingerprint !== `v1:${image}`)
                  await region.registerJobDefinition(body(name, image), signal);
              } else {
                await region.deregisterJobDefinition(`${name}:${newest.revision}`, signal);
              }
          }
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          refused.push(error);
        } finally {
          busy.delete(name);
        }
      };

      const wrong: string[] = [];
      // A registration whose answer was lost must be found before the next: no body on top of its equal.
      aws.onChange(({ kind, name, status }) => {
        if (kind !== "jobDefinition" || status !== "ACTIVE") return;
        const images = aws.truth
          .jobDefinitions()
          .filter((one) => one.jobDefinitionName === name.split(":")[0] && one.status === "ACTIVE")
          .map(({ containerProperties }) => containerProperties?.image);
        if (images.length > 1 && images.at(-1) === images.at(-2)) wrong.push(`${clock.monotonic()} twice ${name}`);
      });
      const check = (): void => {
        const there = truth(aws);
        const { isAbsent } = region.snapshot();
        for (const thing of ["compute-environment", "job-queue", "job-definition"] as const) {
          for (const name of names) {
            if (isAbsent(thing, name) && there[thing].has(name)) wrong.push(`${clock.monotonic()} ${thing} ${name}`);
          }
        }
      };
      for (let step = 0; step < 200; step++) {
        void act();
        await clock.advance(Math.floor(random() * 6) * second);
        check();
      }
      expect(wrong).toEqual([]);
      expect(new Set(refused.map(({ kind }) => kind))).toContain("unavailable");
      await clock.advance(15 * 60 * second);
      const there = truth(aws);
      const { computeEnvironments: environments, jobQueues: queues, jobDefinitions: definitions } = region.snapshot();
      expect(new Set(environments.keys())).toEqual(there["compute-environment"]);
      expect(new Set(queues.keys())).toEqual(there["job-queue"]);
      expect(new Set(definitions?.keys())).toEqual(there["job-definition"]);
      for (const one of aws.truth.computeEnvironments()) {
        if (one.status === "DELETED") continue;
        expect(environments.get(one.computeEnvironmentName)).toMatchObject({ state: one.state, status: one.status });
      }
      stop.abort();
      await observed;
    },
  );
});
