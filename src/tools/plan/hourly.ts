import type { SimulatedAws } from "../../simulator/simulated-aws.ts";

/** By how much a write changes what is billed per hour. */
export interface Hourly {
  /** Interface endpoints, each once per zone: AWS bills an hour of each. */
  readonly endpoints: number;
  /** vCPUs that `minvCpus` keeps running; their price depends on the instances that AWS Batch chooses. */
  readonly vcpus: number;
}

const nothing: Hourly = { endpoints: 0, vcpus: 0 };

/** Members of the writes that have a price. */
interface Priced {
  readonly VpcEndpointType?: string;
  readonly SubnetIds?: readonly string[];
  readonly AddSubnetIds?: readonly string[];
  readonly RemoveSubnetIds?: readonly string[];
  readonly VpcEndpointIds?: readonly string[];
  readonly computeEnvironment?: string;
  readonly computeResources?: { readonly minvCpus?: number };
}

/** @param copy of the account, before the write */
export function hourlyOf(operation: string, input: Priced, { truth }: SimulatedAws): Hourly {
  switch (operation) {
    case "CreateVpcEndpoint":
      return input.VpcEndpointType === "Interface" ? { ...nothing, endpoints: sizeOf(input.SubnetIds) } : nothing;
    case "ModifyVpcEndpoint":
      return { ...nothing, endpoints: sizeOf(input.AddSubnetIds) - sizeOf(input.RemoveSubnetIds) };
    case "DeleteVpcEndpoints": {
      const gone = truth
        .vpcEndpoints()
        .filter(
          (one) => one.VpcEndpointType === "Interface" && input.VpcEndpointIds?.includes(one.VpcEndpointId ?? ""),
        );
      return { ...nothing, endpoints: -gone.reduce((sum, one) => sum + sizeOf(one.SubnetIds), 0) };
    }
    case "CreateComputeEnvironment":
      return { ...nothing, vcpus: input.computeResources?.minvCpus ?? 0 };
    case "UpdateComputeEnvironment":
    case "DeleteComputeEnvironment": {
      const found = truth
        .computeEnvironments()
        .find(
          ({ computeEnvironmentArn: arn, computeEnvironmentName: name }) =>
            input.computeEnvironment === arn || input.computeEnvironment === name,
        );
      const before = found?.computeResources?.minvCpus ?? 0;
      const kept = operation === "DeleteComputeEnvironment" ? 0 : before;
      return { ...nothing, vcpus: (input.computeResources?.minvCpus ?? kept) - before };
    }
    default:
      return nothing;
  }
}

function sizeOf(list: readonly unknown[] = []): number {
  return list.length;
}
