/** What an environment names that its namespace may have to be allowed. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import { perVersion } from "../../fields/per-version.ts";
import type { Named } from "../../parts/allowed/limits.ts";

/** Once for each version of an object. */
export const namedBy = perVersion((object): readonly Named[] => {
  // What its network gives, the namespace of that may use, and lends.
  const { computeResources, eksConfiguration } = (object as BatchComputeEnvironment).spec;
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
});
