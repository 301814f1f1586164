import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import {
  computeEnvironment,
  consumable,
  ec2,
  jobDefinition,
  jobQueue,
  policy,
  quotaShare,
  serviceEnvironment,
  sharedQueue,
} from "../manifests.ts";
import { aWorld } from "./story.ts";

/** So many that one has its next pass when AWS is sure to show that the refused creation of another made nothing. */
const many = 40;
const names = Array.from({ length: many }, (_, index) => `crowd-${index}`);

const refusal: Fault = {
  kind: "refuse",
  exception: "ClientException",
  message: "the value of a field is not valid",
  httpStatusCode: 400,
};

interface Refused {
  readonly before?: readonly Manifest[];
  readonly made: (name: string) => Manifest;
}

/** By the refused creation: what is there before, and for what it is made. */
const refused: Readonly<Record<string, Refused>> = {
  CreateComputeEnvironment: { made: (name) => computeEnvironment(name, ec2) },
  CreateJobQueue: { before: [computeEnvironment("ce", ec2)], made: (name) => jobQueue(name, ["ce"]) },
  CreateServiceEnvironment: { made: (name) => serviceEnvironment(name) },
  CreateSchedulingPolicy: { made: (name) => policy(name, { fairsharePolicy: { shareDecaySeconds: 60 } }) },
  CreateConsumableResource: { made: (name) => consumable(name, { totalQuantity: 5 }) },
  CreateQuotaShare: { before: sharedQueue("trained"), made: (name) => quotaShare(name, "trained") },
  RegisterJobDefinition: { made: (name) => jobDefinition(name) },
};

describe("a creation that AWS refuses is tried again after five minutes, however many wait for theirs", () => {
  it.each(Object.entries(refused))("%s", async (operation, { before = [], made }) => {
    const world = await aWorld();
    world.apply(...before);
    if (before.length > 0) await world.untilReady();
    const tries = (): number =>
      world.aws.log.filter((call) => call.operation === operation && call.outcome.kind === "refused").length;
    world.aws.faults.add({ on: operation, fault: refusal });
    world.apply(...names.map(made));
    await world.until("each is refused", () => tries() >= many, 120);
    await world.seconds(270);
    expect(tries()).toBe(many);
  });
});
