/** Effects of one network's request for an endpoint that EC2 does not create on the others of its VPC, and on itself. */

import { describe, expect, it } from "vitest";
import type { Condition, Kind } from "../../src/api/object.ts";
import { BatchComputeEnvironmentKind, BatchNetworkKind } from "../../src/api/v1alpha1/kinds.ts";
import { conditionsOf } from "../../src/controllers/pass/conditions.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import type { World } from "../world.ts";
import { closedWorld, endpointsOf, networked, networkWithEndpoints, within } from "./closed-world.ts";

const agent = ["ecs", "ecs-agent", "ecs-telemetry"];
const mistyped = ["ecs", "ecs-agent", "ecs-telemtry"];

const naming = (name: string, services: readonly string[]) =>
  networkWithEndpoints(name, undefined, { vpcEndpoints: { services: [...services] } });

/** In namespace `other`. */
const elsewhere = (...manifests: readonly Manifest[]): readonly Manifest[] =>
  manifests.map(({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, namespace: "other" } }));

/** A condition of an object of either namespace. */
function reported({ store }: World, name: string, type: string, of: Kind = BatchNetworkKind): Condition | undefined {
  const objects = ["team", "other"].map((namespace) => store.object(of, { namespace, name }));
  return objects.flatMap((object) => (object ? conditionsOf(object) : [])).find((condition) => condition.type === type);
}
const isReady = (world: World, name: string) => (): boolean =>
  reported(world, name, "Ready", BatchComputeEnvironmentKind)?.status === "True";

/** Where namespaces may name every service: by default a mistyped one is `NotAllowed`. */
async function worldOfAnyService(): Promise<World> {
  const world = await closedWorld();
  const annotations = { "awsbatch.dev/allowed-endpoint-services": "*" };
  for (const namespace of ["team", "other"]) world.store.setNamespace(namespace, { annotations });
  return world;
}

describe("a service that one network mistypes", () => {
  it("keeps no other network of the VPC from being made and Ready, and no environment that is there", async () => {
    const world = await worldOfAnyService();
    world.apply(...networked("first"));
    await world.untilReady(900);
    world.apply(naming("first", [...agent, "ecr-api"]));
    await world.seconds(60);
    world.apply(...elsewhere(naming("second", [...agent, "logs"]), within("second")));
    await world.until("the second is Ready", isReady(world, "second"), 900);
    expect(await endpointsOf(world)).toEqual([...agent, "logs"].map((service) => `${service} available`));
    expect(reported(world, "second", "Stalled")).toBeUndefined();
    expect(isReady(world, "first")()).toBe(true);
    expect(reported(world, "first", "EndpointsReady")?.message).toContain("ecr-api");
  });

  it("keeps nothing from being removed that nobody needs any more", async () => {
    const world = await worldOfAnyService();
    world.apply(naming("first", [...agent, "logs"]));
    await world.untilReady(900);
    world.apply(naming("first", [...agent, "ecr-api"]));
    await world.seconds(300);
    expect(await endpointsOf(world)).toEqual(agent.map((service) => `${service} available`));
  });

  it("blocks its own environments, which is reported with EC2's words", async () => {
    const world = await worldOfAnyService();
    world.apply(...elsewhere(...networked("second")));
    await world.untilReady(900);
    world.apply(naming("mistyped", mistyped), within("mistyped"));
    // Ten minutes after the first refusal.
    await world.until("it is Stalled", () => reported(world, "mistyped", "Stalled")?.status === "True", 720);
    expect(reported(world, "mistyped", "Stalled")?.message).toMatch(/CreateVpcEndpoint.*ecs-telemtry/);
    await world.seconds(3600);
    expect(world.aws.truth.computeEnvironments()).toHaveLength(1);
    const waiting = reported(world, "mistyped", "Ready", BatchComputeEnvironmentKind);
    expect(waiting).toMatchObject({ status: "False", reason: "WaitingForNetwork" });
    expect(waiting?.message).toContain("ecs-telemtry");
    world.apply(naming("mistyped", agent));
    await world.until("it is Ready", isReady(world, "mistyped"), 900);
  });
});
