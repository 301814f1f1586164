/** What an environment names that its namespace may have to be allowed. Pure. */

import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../api/v1alpha1/batch-compute-environment.ts";
import { perVersion } from "../../fields/per-version.ts";
import { type Named, publicPeers } from "../../parts/allowed/limits.ts";
import { withSelected } from "../../parts/selection/fill.ts";

/** Asked again for thousands of objects: whoever has endpoints with an object has to know whether it may use its network. */
export const namedBy = perVersion((object): readonly Named[] => {
  const environment = object as BatchComputeEnvironment;
  // What the network of a reference gives, its own namespace may use, and lends.
  const isOfNetwork = environment.spec.computeResources?.networkRef !== undefined;
  const { spec } = isOfNetwork ? environment : withSelected(environment);
  return [...resourcesIn(spec), ...networkIn(spec)];
});

function resourcesIn({ computeResources, eksConfiguration }: BatchComputeEnvironmentSpec): readonly Named[] {
  const { subnets, securityGroupIds, launchTemplate, ec2KeyPair, placementGroup, managedInstancesProvider } =
    computeResources ?? {};
  const { networkConfiguration, capacityReservations } = managedInstancesProvider?.instanceLaunchTemplate ?? {};
  const provider = "managedInstancesProvider.instanceLaunchTemplate";
  const templates = [launchTemplate, ...(launchTemplate?.overrides ?? [])].flatMap((one) => [
    one?.launchTemplateId,
    one?.launchTemplateName,
  ]);
  const rows: readonly (readonly [field: string, type: string, values: readonly (string | undefined)[] | undefined])[] =
    [
      ["subnets", "subnet/", subnets],
      ["securityGroupIds", "security-group/", securityGroupIds],
      ["launchTemplate", "launch-template/", templates],
      ["ec2KeyPair", "key-pair/", [ec2KeyPair]],
      ["placementGroup", "placement-group/", [placementGroup]],
      [`${provider}.networkConfiguration.subnets`, "subnet/", networkConfiguration?.subnets],
      [`${provider}.networkConfiguration.securityGroups`, "security-group/", networkConfiguration?.securityGroups],
      [`${provider}.capacityReservations.reservationGroupArn`, "", [capacityReservations?.reservationGroupArn]],
    ];
  return [
    ...rows.flatMap(([field, type, values = []]) =>
      values.flatMap((value): Named[] =>
        value === undefined
          ? []
          : [{ field: `spec.computeResources.${field}`, value: `${type}${value}`, lists: "resources" }],
      ),
    ),
    ...(eksConfiguration === undefined
      ? []
      : ([
          { field: "spec.eksConfiguration.eksClusterArn", value: eksConfiguration.eksClusterArn, lists: "resources" },
        ] as const)),
  ];
}

function networkIn({ network }: BatchComputeEnvironmentSpec): readonly Named[] {
  const services = network?.vpcEndpointServices ?? [];
  return [
    ...services.map((value): Named => ({ field: "spec.network.vpcEndpointServices", value, lists: "services" })),
    ...publicPeers(network?.securityGroup?.ingress ?? [], "spec.network.securityGroup.ingress"),
  ];
}
