import { isClusterPrefix } from "../controllers/ownership/naming.ts";
import { defaultSettings, type Settings } from "../controllers/ports.ts";
import type { OperatorFlags } from "./flags.ts";
import { CommandError } from "./io.ts";

/**
 * The operator's settings from its flags; `region` is the default region of objects.
 *
 * @throws CommandError if names in AWS cannot begin with the name of the cluster
 */
export function settingsFrom(flags: OperatorFlags, region: string): Settings {
  return {
    region,
    defaultDeletionPolicy: flags.defaultDeletionPolicy ?? defaultSettings.defaultDeletionPolicy,
    names: {
      clusterPrefix: clusterPrefixOf(flags),
      allowedNames: flags.allowedNames ?? defaultSettings.names.allowedNames,
      adoptableNames: flags.adoptableNames ?? defaultSettings.names.adoptableNames,
    },
    allowForeignRepoint: flags.allowForeignRepoint ?? defaultSettings.allowForeignRepoint,
    allowForeignDependencies: flags.allowForeignDependencies ?? defaultSettings.allowForeignDependencies,
    ignoreTagKeys: flags.ignoreTagKeys ?? defaultSettings.ignoreTagKeys,
    maxEnvironmentsPerNamespace: flags.maxEnvironmentsPerNamespace ?? defaultSettings.maxEnvironmentsPerNamespace,
    maxConcurrentReplacements: flags.maxConcurrentReplacements ?? defaultSettings.maxConcurrentReplacements,
    namespaceAnnotations: flags.namespaceAnnotations ?? defaultSettings.namespaceAnnotations,
    environments: {
      allowedResources: flags.allowedResources ?? defaultSettings.environments.allowedResources,
      allowedEndpointServices: flags.allowedEndpointServices ?? defaultSettings.environments.allowedEndpointServices,
      allowPublicIngress: flags.allowPublicIngress ?? defaultSettings.environments.allowPublicIngress,
    },
    roles: {
      allowedPolicyArns: flags.allowedPolicyArns ?? defaultSettings.roles.allowedPolicyArns,
      allowedRoleArns: flags.allowedRoleArns ?? defaultSettings.roles.allowedRoleArns,
      allowedRoleTagKeys: flags.allowedRoleTagKeys ?? defaultSettings.roles.allowedRoleTagKeys,
      permissionsBoundary: flags.permissionsBoundary ?? defaultSettings.roles.permissionsBoundary,
      allowInlinePolicies: flags.allowInlinePolicies ?? defaultSettings.roles.allowInlinePolicies,
    },
  };
}

function clusterPrefixOf({ namesWithCluster = false, clusterName = "" }: OperatorFlags): string {
  if (!namesWithCluster) return "";
  if (isClusterPrefix(clusterName)) return `${clusterName}_`;
  throw new CommandError(
    `--names-with-cluster needs a --cluster-name of at most 32 lower-case letters, digits and -, not "${clusterName}": names in AWS begin with it`,
  );
}

/** AWS calls per second, per account and region. */
export const defaultRequestsPerSecond = 10;

/** SubmitJob calls per second, and as many that end jobs, per account and region. AWS takes 50 SubmitJob calls by default. */
export const defaultSubmitRate = 25;
