import type { Filter } from "@aws-sdk/client-ec2";
import type { CallOptions } from "../aws/api.ts";
import type { Ec2Api } from "../aws/ec2.ts";
import type { Ec2 } from "./ec2.ts";
import { ec2Refusal } from "./ec2-state.ts";
import { createTags, deleteTags } from "./ec2-tags.ts";
import type { Handler } from "./network/handler.ts";
import { type NetworkApi, networkReads, networkWrites } from "./network/operations.ts";
import type { Run } from "./wire.ts";

/** The calls of EC2 by the operator, and those by which people manage a network. */
export type SimulatedEc2 = Ec2Api & NetworkApi;

type Handlers<Api> = {
  readonly [Name in keyof Api]: Api[Name] extends (input: infer Input, options?: CallOptions) => Promise<infer Output>
    ? Handler<Ec2, Input, Output>
    : never;
};

const reads = {
  describeVpcs: ({ network }, input, asOf) => network.vpcs(input, asOf),
  describeVpcAttribute: ({ network }, input, asOf) => network.vpcAttribute(input, asOf),
  describeSubnets(ec2, input, asOf) {
    ec2.provide([...(input.SubnetIds ?? []), ...valuesOf(input.Filters, "subnet-id")]);
    return ec2.network.subnets(input, asOf);
  },
  describeRouteTables: ({ network }, input, asOf) => network.routeTables(input, asOf),
  describeSecurityGroups(ec2, input, asOf) {
    ec2.provide([...(input.GroupIds ?? []), ...valuesOf(input.Filters, "group-id")]);
    return ec2.network.groups(input, asOf);
  },
  describeNetworkAcls: ({ network }, input, asOf) => network.acls(input, asOf),
  describeInternetGateways: ({ network }, input, asOf) => network.internetGateways(input, asOf),
  describeEgressOnlyInternetGateways: ({ network }, input, asOf) => network.egressOnlyGateways(input, asOf),
  describeNatGateways: ({ network }, input, asOf) => network.natGateways(input, asOf),
  describeVpcEndpoints: ({ network }, input, asOf) => network.endpoints(input, asOf),

  describeVpcEndpointServices: ({ catalogue }, input) => catalogue.services(input),
  describeInstanceTypes: ({ catalogue }, input) => catalogue.instanceTypes(input),
  describeInstanceTypeOfferings: ({ catalogue }, input) => catalogue.offerings(input),
  getManagedPrefixListEntries: ({ catalogue }, input, asOf) => catalogue.prefixListEntries(input, asOf),
  describeKeyPairs(ec2, input, asOf) {
    ec2.provideNamed("keyPairs", [...(input.KeyNames ?? []), ...valuesOf(input.Filters, "key-name")]);
    return ec2.catalogue.keyPairs(input, asOf);
  },
  describeImages(ec2, input, asOf) {
    ec2.provide([...(input.ImageIds ?? []), ...valuesOf(input.Filters, "image-id")]);
    return ec2.catalogue.images(input, asOf);
  },
  describeLaunchTemplates(ec2, input, asOf) {
    ec2.provide([...(input.LaunchTemplateIds ?? []), ...valuesOf(input.Filters, "launch-template-id")]);
    const names = [...(input.LaunchTemplateNames ?? []), ...valuesOf(input.Filters, "launch-template-name")];
    ec2.provideNamed("templates", names);
    return ec2.catalogue.templates(input, asOf);
  },
  describeLaunchTemplateVersions(ec2, input, asOf) {
    ec2.provide([input.LaunchTemplateId]);
    ec2.provideNamed("templates", [input.LaunchTemplateName]);
    return ec2.catalogue.templateVersions(input, asOf);
  },
  describePlacementGroups(ec2, input, asOf) {
    const names = [...(input.GroupNames ?? []), ...valuesOf(input.Filters, "group-name")];
    ec2.provideNamed("placementGroups", names);
    return ec2.catalogue.placementGroups(input, asOf);
  },
} satisfies Partial<Handlers<Ec2Api>>;

const writes: Handlers<Omit<Ec2Api, keyof typeof reads>> = {
  createVpcEndpoint: ({ endpoints }, input) => endpoints.create(input),
  modifyVpcEndpoint: ({ endpoints }, input) => endpoints.modify(input),
  deleteVpcEndpoints: ({ endpoints }, input) => endpoints.delete(input),
  createSecurityGroup: ({ groups }, input) => groups.create(input),
  deleteSecurityGroup: ({ groups }, input) => groups.delete(input),
  authorizeSecurityGroupIngress: ({ groups }, input) => groups.authorize("IpPermissions", input),
  authorizeSecurityGroupEgress: ({ groups }, input) => groups.authorize("IpPermissionsEgress", input),
  revokeSecurityGroupIngress: ({ groups }, input) => groups.revoke("IpPermissions", input),
  revokeSecurityGroupEgress: ({ groups }, input) => groups.revoke("IpPermissionsEgress", input),
  createTags: ({ state }, input) => createTags(state, input),
  deleteTags: ({ state }, input) => deleteTags(state, input),
};

/** Every call of EC2 that the simulator supports, by name. */
const operations: Handlers<SimulatedEc2> = { ...reads, ...writes, ...networkReads, ...networkWrites };

/** The calls of EC2 over a wire. */
export function ec2Api(ec2: Ec2, run: Run): SimulatedEc2 {
  const calls = Object.entries(operations).map(([name, handler]) => {
    const operation = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const makes = Object.hasOwn(networkWrites, name);
    const apply = (input: { readonly DryRun?: boolean }, asOf: number): unknown => {
      if (input.DryRun === true) throw dryRun();
      const output = (handler as Handler<Ec2, object, unknown>)(ec2, input, asOf);
      if (makes) ec2.keepToWhatExists();
      return output;
    };
    return [name, (input: object, options?: CallOptions) => run(operation, input, apply, options)];
  });
  return Object.fromEntries(calls) as SimulatedEc2;
}

/** The answer to a dry run with sufficient permissions. */
function dryRun(): Error {
  return ec2Refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
}

/** The values of a filter without wildcards. */
function valuesOf(filters: readonly Filter[] | undefined, name: string): readonly string[] {
  const named = (filters ?? []).filter(({ Name }) => Name === name).flatMap(({ Values = [] }) => Values);
  return named.filter((value) => !/[*?]/.test(value));
}
