import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobDefinition } from "../../../../src/api/v1alpha1/job-definition.ts";
import { misconfigurations } from "../../../network/misconfigurations.ts";
import { publicNetwork } from "../../../network/networks.ts";
import { ec2, object } from "../../kinds/compute-environment/given.ts";

export const minute = 60_000;
export const broken = misconfigurations[0]?.given ?? publicNetwork();
export const enforced: BatchComputeEnvironmentSpec = { ...ec2, network: { preflight: "Enforce" } };

export function definition(name: string, spec: object, namespace = "team"): JobDefinition {
  const metadata = { ...object().metadata, name, namespace };
  return { apiVersion: "awsbatch.dev/v1alpha1", kind: "JobDefinition", metadata, spec } as JobDefinition;
}
