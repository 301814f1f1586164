import {
  AllocateAddress$,
  AssociateRouteTable$,
  AttachInternetGateway$,
  AuthorizeSecurityGroupEgress$,
  AuthorizeSecurityGroupIngress$,
  CreateInternetGateway$,
  CreateNatGateway$,
  CreateRoute$,
  CreateRouteTable$,
  CreateSecurityGroup$,
  CreateSubnet$,
  CreateTags$,
  CreateVpc$,
  CreateVpcEndpoint$,
  DeleteInternetGateway$,
  DeleteNatGateway$,
  DeleteRoute$,
  DeleteRouteTable$,
  DeleteSecurityGroup$,
  DeleteSubnet$,
  DeleteTags$,
  DeleteVpc$,
  DeleteVpcEndpoints$,
  DescribeAddresses$,
  DescribeAddressesAttribute$,
  DescribeAvailabilityZones$,
  DescribeEgressOnlyInternetGateways$,
  DescribeImages$,
  DescribeInstanceTypeOfferings$,
  DescribeInstanceTypes$,
  DescribeInternetGateways$,
  DescribeKeyPairs$,
  DescribeLaunchTemplates$,
  DescribeLaunchTemplateVersions$,
  DescribeNatGateways$,
  DescribeNetworkAcls$,
  DescribeNetworkInterfaces$,
  DescribePlacementGroups$,
  DescribeRouteTables$,
  DescribeSecurityGroups$,
  DescribeSubnets$,
  DescribeVpcAttribute$,
  DescribeVpcEndpointServices$,
  DescribeVpcEndpoints$,
  DescribeVpcs$,
  DetachInternetGateway$,
  DisassociateAddress$,
  DisassociateRouteTable$,
  GetManagedPrefixListEntries$,
  ModifySubnetAttribute$,
  ModifyVpcAttribute$,
  ModifyVpcEndpoint$,
  ReleaseAddress$,
  ReplaceRoute$,
  ReplaceRouteTableAssociation$,
  RevokeSecurityGroupEgress$,
  RevokeSecurityGroupIngress$,
} from "@aws-sdk/client-ec2";
import type { CallOptions } from "../aws/api.ts";
import type { SimulatedEc2 } from "./ec2-api.ts";
import { inputOf, type OperationModel, resultXml } from "./ec2-wire.ts";
import type { Answer } from "./http-answer.ts";
import { Refusal, ServiceError } from "./refusals.ts";
import { escaped } from "./xml.ts";

const namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";

/** Shapes of the request and answer of each call, from AWS's model. */
const models: Readonly<Record<keyof SimulatedEc2, OperationModel>> = {
  describeSubnets: DescribeSubnets$,
  describeRouteTables: DescribeRouteTables$,
  describeSecurityGroups: DescribeSecurityGroups$,
  describeVpcs: DescribeVpcs$,
  describeVpcAttribute: DescribeVpcAttribute$,
  describeVpcEndpoints: DescribeVpcEndpoints$,
  describeVpcEndpointServices: DescribeVpcEndpointServices$,
  describeNatGateways: DescribeNatGateways$,
  describeInternetGateways: DescribeInternetGateways$,
  describeEgressOnlyInternetGateways: DescribeEgressOnlyInternetGateways$,
  describeNetworkAcls: DescribeNetworkAcls$,
  describeInstanceTypes: DescribeInstanceTypes$,
  describeInstanceTypeOfferings: DescribeInstanceTypeOfferings$,
  describeLaunchTemplates: DescribeLaunchTemplates$,
  describeLaunchTemplateVersions: DescribeLaunchTemplateVersions$,
  describeKeyPairs: DescribeKeyPairs$,
  describeImages: DescribeImages$,
  describePlacementGroups: DescribePlacementGroups$,
  getManagedPrefixListEntries: GetManagedPrefixListEntries$,
  createVpcEndpoint: CreateVpcEndpoint$,
  createSecurityGroup: CreateSecurityGroup$,
  deleteVpcEndpoints: DeleteVpcEndpoints$,
  modifyVpcEndpoint: ModifyVpcEndpoint$,
  deleteSecurityGroup: DeleteSecurityGroup$,
  authorizeSecurityGroupIngress: AuthorizeSecurityGroupIngress$,
  authorizeSecurityGroupEgress: AuthorizeSecurityGroupEgress$,
  revokeSecurityGroupIngress: RevokeSecurityGroupIngress$,
  revokeSecurityGroupEgress: RevokeSecurityGroupEgress$,
  createTags: CreateTags$,
  deleteTags: DeleteTags$,
  allocateAddress: AllocateAddress$,
  associateRouteTable: AssociateRouteTable$,
  attachInternetGateway: AttachInternetGateway$,
  createInternetGateway: CreateInternetGateway$,
  createNatGateway: CreateNatGateway$,
  createRoute: CreateRoute$,
  createRouteTable: CreateRouteTable$,
  createSubnet: CreateSubnet$,
  createVpc: CreateVpc$,
  deleteInternetGateway: DeleteInternetGateway$,
  deleteNatGateway: DeleteNatGateway$,
  deleteRoute: DeleteRoute$,
  deleteRouteTable: DeleteRouteTable$,
  deleteSubnet: DeleteSubnet$,
  deleteVpc: DeleteVpc$,
  describeAddresses: DescribeAddresses$,
  describeAddressesAttribute: DescribeAddressesAttribute$,
  describeAvailabilityZones: DescribeAvailabilityZones$,
  describeNetworkInterfaces: DescribeNetworkInterfaces$,
  detachInternetGateway: DetachInternetGateway$,
  disassociateAddress: DisassociateAddress$,
  disassociateRouteTable: DisassociateRouteTable$,
  modifySubnetAttribute: ModifySubnetAttribute$,
  modifyVpcAttribute: ModifyVpcAttribute$,
  releaseAddress: ReleaseAddress$,
  replaceRoute: ReplaceRoute$,
  replaceRouteTableAssociation: ReplaceRouteTableAssociation$,
};

/** Answers a form-encoded request to EC2 in XML. Unsupported calls are refused as unknown. */
export async function ec2Answer(ec2: SimulatedEc2, form: URLSearchParams, signal: AbortSignal): Promise<Answer> {
  const operation = form.get("Action") ?? "";
  const name = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  if (!isKnown(name)) {
    return xml(
      400,
      errorXml("InvalidAction", `The action ${operation} is not valid for this web service.`, "simulated"),
    );
  }
  const model = models[name];
  try {
    // The form is the input of the operation; the rules of the simulator check it, as the service would.
    const call = ec2[name] as (input: object, options: CallOptions) => Promise<object | undefined>;
    const result = await call(inputOf(form, model), { signal });
    return xml(200, resultXml(namespace, operation, result, model));
  } catch (error) {
    if (error instanceof ServiceError) {
      const { httpStatusCode, requestId } = error.$metadata;
      return xml(httpStatusCode, errorXml(error.name, error.message, requestId));
    }
    if (error instanceof Refusal) {
      return xml(error.httpStatusCode, errorXml(error.exception, error.message, "simulated"));
    }
    throw error;
  }
}

function isKnown(name: string): name is keyof SimulatedEc2 {
  return Object.hasOwn(models, name);
}

function errorXml(code: string, message: string, requestId: string): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>${escaped(code)}</Code>` +
    `<Message>${escaped(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`
  );
}

function xml(status: number, body: string): Answer {
  return { status, contentType: "text/xml", body };
}
