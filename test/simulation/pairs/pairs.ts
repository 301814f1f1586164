/** Two controllers that write resources of one another's, in two shards, so that each decides by reads and a watch of its own. */

import type { Manifest } from "../../../src/kube/memory-store.ts";
import type { Knobs } from "../../../src/simulator/knobs.ts";
import {
  computeEnvironment,
  ec2,
  jobDefinition,
  jobQueue,
  quotaShare,
  role,
  serviceEnvironment,
  serviceQueue,
  sharedQueue,
} from "../../manifests.ts";
import { inShard, ofShards } from "../../stories/shards.ts";
import { createWorld, type World } from "../../world.ts";

/** A story of a pair, named after what must hold. */
export interface Pair {
  readonly name: string;
  readonly knobs?: Partial<Knobs>;
  /** @returns what did not hold */
  readonly run: (world: World) => Promise<readonly string[]>;
}

const first = (...manifests: readonly Manifest[]) => manifests.map((one) => inShard("first", one));
const second = (...manifests: readonly Manifest[]) => manifests.map((one) => inShard("second", one));
const lastPart = (arn = ""): string => arn.slice(arn.lastIndexOf("/") + 1);
const serviceRole = role("shared", { purpose: "service" });
const withRole = { ...ec2, serviceRoleRef: { name: "shared" } };
const seats: Manifest = {
  apiVersion: "awsbatch.dev/v1alpha1",
  kind: "ConsumableResource",
  metadata: { name: "seats", namespace: "team" },
  spec: { totalQuantity: 2 },
};
const holdingSeats = jobDefinition("hello", {
  consumableResourceProperties: { consumableResourceList: [{ consumableResourceRef: { name: "seats" }, quantity: 1 }] },
});

/** What a stale read and a slow write add to any race. */
function staleFor({ aws }: World, on: string | readonly string[], staleMs: number): void {
  aws.faults.add({ fault: { kind: "stale", staleMs }, on, forMs: 30_000 });
}

const environmentOf = ({ aws }: World, owner: string) =>
  aws.truth.computeEnvironments().find(({ tags }) => tags?.["awsbatch.dev/name"] === owner);
const serviceOf = ({ aws }: World, name: string) =>
  aws.truth.serviceEnvironments().find(({ serviceEnvironmentName }) => serviceEnvironmentName === `team_${name}`);

export const pairs: readonly Pair[] = [
  {
    name: "a queue does not leave a service environment that is about to be enabled again",
    run: async (world) => {
      world.apply(
        ...first(serviceEnvironment("off", { state: "DISABLED" }), serviceEnvironment("on", { state: "ENABLED" })),
      );
      world.apply(...second(serviceQueue("q", "on")));
      await world.untilReady();
      world.apply(...second(serviceQueue("q", "off")));
      await world.seconds(90);
      // Whichever shard reads AWS first.
      for (let times = 0; times < 3; times++) {
        await world.aws.outside.updateServiceEnvironment({ serviceEnvironment: "team_on", state: "DISABLED" });
        await world.seconds(200 + times * 17);
      }
      const [entry] = world.aws.truth.jobQueues()[0]?.serviceEnvironmentOrder ?? [];
      const named = lastPart(entry?.serviceEnvironment);
      return named === "team_on" ? [] : [`the queue names ${named}`];
    },
  },
  {
    name: "a queue does not leave a compute environment that is about to be enabled again",
    run: async (world) => {
      world.apply(...first(computeEnvironment("off", { ...ec2, state: "DISABLED" })));
      world.apply(...first(computeEnvironment("on", { ...ec2, state: "ENABLED" })), ...second(jobQueue("q", ["on"])));
      await world.untilReady();
      world.apply(...second(jobQueue("q", ["off"])));
      await world.seconds(90);
      const { computeEnvironmentName: name } = environmentOf(world, "on") ?? {};
      for (let times = 0; times < 3; times++) {
        await world.aws.outside.updateComputeEnvironment({ computeEnvironment: name, state: "DISABLED" });
        await world.seconds(200 + times * 17);
      }
      const [entry] = world.aws.truth.jobQueues()[0]?.computeEnvironmentOrder ?? [];
      const named = lastPart(entry?.computeEnvironment);
      return named === name ? [] : [`the queue names ${named}`];
    },
  },
  {
    name: "a service environment is not disabled while a queue that a stale read does not show names it",
    run: async (world) => {
      world.apply(...first(serviceEnvironment("old"), serviceEnvironment("new")), ...second(serviceQueue("q", "old")));
      await world.untilReady();
      await world.seconds(120);
      staleFor(world, "DescribeJobQueues", 2000);
      world.apply(...second(serviceQueue("q", "new")));
      const namesIt = (): boolean =>
        world.aws.truth
          .jobQueues()
          .some(({ serviceEnvironmentOrder: [entry] = [] }) => entry?.serviceEnvironment?.endsWith("/team_new"));
      await world.until("the queue has gone over", namesIt);
      world.delete("ServiceEnvironment", "new");
      await world.seconds(120);
      return serviceOf(world, "new")?.state === "ENABLED" ? [] : ["team_new is DISABLED under the queue"];
    },
  },
  {
    name: "a queue comes to name no service environment that has been marked",
    run: async (world) => {
      world.apply(...first(serviceEnvironment("old"), serviceEnvironment("new")), ...second(serviceQueue("q", "old")));
      await world.untilReady();
      await world.seconds(120);
      // The write of the queue's order takes long, so that the mark is old when it arrives.
      world.aws.faults.add({ fault: { kind: "delayRequest", delayMs: 9000 }, on: "UpdateJobQueue", forMs: 60_000 });
      world.delete("ServiceEnvironment", "new");
      await world.until("it is marked", () => serviceOf(world, "new")?.tags?.["awsbatch.dev/retired-at"] !== undefined);
      // The watch of the other shard does not show the deletion; AWS shows the mark.
      await world.clock.advance(16_000);
      world.apply(...second(byName(serviceQueue("q", "old"), "team_new")));
      await world.seconds(120);
      return world.violations;
    },
  },
  {
    name: "a queue is made within three minutes of the service environment that the other shard makes for it",
    run: async (world) => {
      world.apply(...first(serviceEnvironment("sm")), ...second(serviceQueue("q", "sm")));
      await world.seconds(180);
      return world.aws.truth.jobQueues().length === 1 ? [] : ["there is no queue"];
    },
  },
  {
    name: "a role that environments of two shards share outlives the first of them",
    run: async (world) => {
      world.apply(
        ...first(serviceRole, computeEnvironment("one", withRole)),
        ...second(computeEnvironment("two", withRole)),
      );
      await world.untilReady();
      world.delete("BatchRole", "shared");
      world.delete("BatchComputeEnvironment", "one");
      await world.until("the first is gone", () => world.object("BatchComputeEnvironment", "one") === undefined, 900);
      await world.seconds(120);
      const role = environmentOf(world, "two")?.serviceRole ?? "";
      return world.aws.truth.roles().some(({ arn }) => arn === role) ? [] : [`${role} is gone`];
    },
  },
  {
    name: "a consumable that a definition of the other shard names stays while it is deleted",
    run: async (world) => {
      world.apply(...first(seats), ...second(holdingSeats));
      await world.untilReady();
      world.delete("ConsumableResource", "seats");
      await world.seconds(120);
      return world.aws.truth.consumableResources().length === 1 ? [] : ["team_seats is gone"];
    },
  },
  {
    name: "a policy that a queue of the other shard has stays while it is deleted",
    run: async (world) => {
      const [policy, ...rest] = sharedQueue("train");
      if (policy === undefined) return ["there is no policy"];
      world.apply(...first(policy), ...second(...rest));
      await world.untilReady();
      world.delete(policy.kind, policy.metadata.name);
      await world.seconds(120);
      const named = world.aws.truth.jobQueues()[0]?.schedulingPolicyArn;
      return world.aws.truth.schedulingPolicies().some(({ arn }) => arn === named) ? [] : [`${named} is gone`];
    },
  },
  {
    name: "a queue stays while a quota share of the other shard is in it",
    // Whether AWS refuses that is not documented.
    knobs: { sharesKeepQueue: false },
    run: async (world) => {
      world.apply(...first(quotaShare("research", "train")), ...second(...sharedQueue("train")));
      await world.untilReady();
      world.delete("JobQueue", "train");
      await world.seconds(300);
      const [share] = world.aws.truth.quotaShares();
      const queue = world.aws.truth.jobQueues().some(({ status }) => status !== "DELETED" && status !== "DELETING");
      return share !== undefined && queue ? [] : ["the queue is gone under the share"];
    },
  },
];

function byName(queue: Manifest, serviceEnvironment: string): Manifest {
  return { ...queue, spec: { ...(queue.spec as object), serviceEnvironmentOrder: [{ order: 1, serviceEnvironment }] } };
}

/** Runs a story once. @returns what did not hold, and which promises were broken */
export async function runPair(pair: Pair, seed: number): Promise<readonly string[]> {
  const one = await createWorld({ seed, flags: ofShards(["first"]), knobs: pair.knobs ?? {} });
  const { store, aws, clock } = one;
  const two = await createWorld({ store, aws, clock, seed: seed + 1000, flags: ofShards(["second"]) });
  try {
    const failed = await pair.run(one);
    return [...failed, ...one.violations, ...two.violations];
  } finally {
    await one.stop();
    await two.stop();
  }
}
