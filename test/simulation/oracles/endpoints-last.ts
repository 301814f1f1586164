import { endpointsAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironmentSpec } from "../../../src/api/v1alpha1/compute-environment.ts";
import type { Environment } from "../../../src/aws/batch.ts";
import { retainedFromTag } from "../../../src/controllers/ownership.ts";
import { closedSubnets } from "../generate/network.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { isOperatorWrite, liveEnvironments, ownerOf } from "./reading.ts";

/** Without these no instance is one of its cluster's. */
const agentServices = ["ecs", "ecs-agent", "ecs-telemetry"];

/**
 * Promise 5: no endpoint goes before its user. When the operator deletes an endpoint by which the agents of instances
 * reach ECS, no environment is there, also one in DELETING, that has a subnet from which nothing leads out, and whose
 * object has asked for endpoints; and none that Retain left there.
 *
 * Not against it: an object whose spec asks for none any more, of an environment that is where the spec says.
 */
export const endpointsLast: OracleFactory = (watched) => ({
  name: "5 an endpoint outlives what uses it",
  onEffect(call, phase) {
    if (phase === "after" || !isOperatorWrite(call) || call.operation !== "DeleteVpcEndpoints") return undefined;
    const { VpcEndpointIds = [] } = call.input as { readonly VpcEndpointIds?: readonly string[] };
    const services = watched.aws.truth
      .vpcEndpoints()
      .filter(({ VpcEndpointId = "" }) => VpcEndpointIds.includes(VpcEndpointId))
      .map(({ ServiceName = "" }) => ServiceName.split(".").slice(3).join("."))
      .filter((service) => agentServices.includes(service));
    const user = services.length === 0 ? undefined : liveEnvironments(watched).find((one) => uses(watched, one));
    return user === undefined
      ? undefined
      : `${services.join(", ")} are deleted, by which ${user.computeEnvironmentName} (${user.status}) is connected`;
  },
});

function uses(watched: Watched, { tags, computeResources }: Environment): boolean {
  const subnets = computeResources?.subnets ?? [];
  if (!subnets.some((id) => closedSubnets.includes(id))) return false;
  if (tags?.[retainedFromTag] !== undefined) return true;
  const object = ownerOf(watched, tags, "BatchComputeEnvironment");
  if (object?.metadata.annotations?.[endpointsAnnotation] === undefined) return false;
  const spec = object.spec as BatchComputeEnvironmentSpec;
  const asked = spec.network?.vpcEndpoints === "Ensure" || object.metadata.deletionTimestamp !== undefined;
  return asked || subnets.join() !== spec.computeResources?.subnets?.join();
}
