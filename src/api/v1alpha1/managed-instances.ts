import { arnText, flag, int, int32Max, object, oneOf, setOf, text } from "./schema.ts";

/** Amazon ECS Managed Instances: capacity that ECS launches and patches. */

const instanceLaunchTemplate = object("How ECS launches the instances.", {
  ec2InstanceProfileArn: arnText("Instance profile of the instances.", "instanceProfileArn"),
  networkConfiguration: object("Network of the instances.", {
    subnets: setOf(
      "Subnets; private ones need a NAT gateway or endpoints.",
      text("Subnet ID.", 32, /^subnet-[0-9a-z]+$/),
      100,
      1,
    ),
    securityGroups: setOf("Security groups.", text("Security group ID.", 32, /^sg-[0-9a-z]+$/), 16, 1),
  }),
  instanceRequirements: object("Allowed instance types. Default: all.", {
    allowedInstanceTypes: setOf("Instance types or families.", text("Instance type or family.", 64), 400).optional(),
  }).optional(),
  capacityOptionType: oneOf("Purchase option. Default: ON_DEMAND.", ["ON_DEMAND", "SPOT"]).optional(),
  storageConfiguration: object("Volume of the instance for images and data.", {
    storageSizeGiB: int("Size in GiB.", 1, 65_536).optional(),
  }).optional(),
  monitoring: oneOf("CloudWatch monitoring of the instances.", ["BASIC", "DETAILED"]).optional(),
  fipsEnabled: flag("Use FIPS 140-2 validated cryptography. Fixed after creation.").optional(),
  capacityReservations: object("Use of capacity reservations.", {
    reservationGroupArn: arnText("Group of reservations to use.", "anyArn").optional(),
    reservationPreference: oneOf("How reservations are used.", [
      "RESERVATIONS_ONLY",
      "RESERVATIONS_FIRST",
      "RESERVATIONS_EXCLUDED",
    ]).optional(),
  }).optional(),
  instanceMetadataTagsPropagation: flag("Show the instance's tags in its metadata service.").optional(),
  localStorageConfiguration: object("Whether local NVMe disks are used.", {
    useLocalStorage: flag("Give containers the instance store volumes.").optional(),
  }).optional(),
});

export const managedInstancesProvider = object("ECS Managed Instances; required for type ECS_MANAGED_INSTANCES.", {
  propagateTags: oneOf("Copy the capacity provider's tags to the instances. Default: NONE.", [
    "CAPACITY_PROVIDER",
    "NONE",
  ]).optional(),
  infrastructureRoleArn: arnText("Role that ECS uses to manage the instances.", "roleArn"),
  instanceLaunchTemplate,
  infrastructureOptimization: object("Scale-in of idle instances.", {
    scaleInAfter: int("Seconds until an idle instance is terminated; -1 for never.", -1, 3600).optional(),
  }).optional(),
});

export const vCpus = (description: string) => int(description, 0, int32Max);
