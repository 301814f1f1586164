/** Effects of one object's request for an endpoint that EC2 does not create on the others of its VPC, and on itself. */

import { describe, expect, it } from "vitest";
import type { Condition } from "../../src/api/object.ts";
import { BatchComputeEnvironmentKind } from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, environment } from "./closed-world.ts";

const agent = ["ecs", "ecs-agent", "ecs-telemetry"];
const mistyped = ["ecs", "ecs-agent", "ecs-telemtry"];

/** That names these services, in namespace `other`, and what else its resources say. */
function elsewhere(name: string, vpcEndpointServices?: readonly string[], resources: object = {}): Manifest {
  const named = vpcEndpointServices === undefined ? {} : { vpcEndpointServices };
  const { spec, ...manifest } = environment(name, undefined, named);
  const computeResources = { ...spec.computeResources, ...resources };
  return { ...manifest, metadata: { name, namespace: "other" }, spec: { ...spec, computeResources } } as Manifest;
}
const naming = (name: string, vpcEndpointServices: readonly string[]) =>
  environment(name, undefined, { vpcEndpointServices });

/** A condition of an object of either namespace. */
function reported({ store }: World, name: string, type: string): Condition | undefined {
  const objects = ["team", "other"].map((namespace) => store.object(BatchComputeEnvironmentKind, { namespace, name }));
  return objects.flatMap((object) => (object ? conditionsOf(object) : [])).find((condition) => condition.type === type);
}
const isReady = (world: World, name: string) => (): boolean => reported(world, name, "Ready")?.status === "True";
const typesOf = ({ aws }: World): readonly string[] =>
  aws.truth.computeEnvironments().flatMap(({ computeResources }) => computeResources?.instanceTypes ?? []);

/** Where namespaces may name every service: by default a mistyped one is `NotAllowed`. */
async function worldOfAnyService(): Promise<World> {
  const world = await closedWorld();
  const annotations = { "awsbatch.dev/allowed-endpoint-services": "*" };
  for (const namespace of ["team", "other"]) world.store.setNamespace(namespace, { annotations });
  return world;
}

describe("a service that one object mistypes", () => {
  it("keeps no new environment of others from being made and Ready, and no endpoint that it needs", async () => {
    const world = await worldOfAnyService();
    world.apply(environment("first"));
    await world.untilReady(900);
    world.apply(naming("first", [...agent, "ecr-api"]));
    await world.seconds(60);
    world.apply(elsewhere("second", [...agent, "logs"]));
    await world.until("the second is Ready", isReady(world, "second"), 900);
    expect(await endpointsOf(world)).toEqual([...agent, "logs"].map((service) => `${service} available`));
    expect(reported(world, "second", "Stalled")).toBeUndefined();
    expect(reported(world, "first", "Ready")?.status).toBe("True");
    expect(reported(world, "first", "EndpointsReady")?.message).toContain("ecr-api");
  });

  it("keeps no environment of others from being replaced, also where its object writes for all", async () => {
    const world = await worldOfAnyService();
    world.apply(elsewhere("second"));
    await world.untilReady(900);
    world.apply(naming("mistyped", mistyped));
    await world.seconds(900);
    world.apply(elsewhere("second", undefined, { instanceTypes: ["m5.large"] }));
    await world.until("it is replaced", () => typesOf(world).includes("m5.large"), 900);
    await world.until("it is Ready", isReady(world, "second"), 3600);
  });

  it("keeps nothing from being removed that nobody needs any more", async () => {
    const world = await worldOfAnyService();
    world.apply(naming("first", [...agent, "logs"]));
    await world.untilReady(900);
    world.apply(naming("first", [...agent, "ecr-api"]));
    await world.seconds(300);
    expect(await endpointsOf(world)).toEqual(agent.map((service) => `${service} available`));
  });

  it("blocks its own environment, which is reported with EC2's words whoever writes", async () => {
    const world = await worldOfAnyService();
    world.apply(elsewhere("second"));
    await world.untilReady(900);
    world.apply(naming("mistyped", mistyped));
    // Ten minutes after the first refusal, and the writer checks once a minute who has come.
    await world.until("it is Stalled", () => reported(world, "mistyped", "Stalled")?.status === "True", 720);
    expect(reported(world, "mistyped", "Stalled")?.message).toMatch(/CreateVpcEndpoint.*ecs-telemtry/);
    await world.seconds(3600);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
    world.apply(naming("mistyped", agent));
    await world.until("it is Ready", isReady(world, "mistyped"), 900);
  });

  it("keeps both from being made when a second one names it as well", async () => {
    const world = await worldOfAnyService();
    world.apply(naming("mistyped", mistyped));
    await world.seconds(60);
    world.apply(elsewhere("second", mistyped), elsewhere("third"));
    await world.until("the third is Ready", isReady(world, "third"), 900);
    await world.seconds(600);
    for (const name of ["mistyped", "second"]) {
      expect(reported(world, name, "Stalled")?.message).toMatch(/CreateVpcEndpoint.*ecs-telemtry/);
    }
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
  });
});
