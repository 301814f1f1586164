import type {
  AttachInternetGatewayRequest,
  CreateInternetGatewayRequest,
  CreateInternetGatewayResult,
  DeleteInternetGatewayRequest,
  DetachInternetGatewayRequest,
  InternetGateway,
} from "@aws-sdk/client-ec2";
import { tagsAtCreation } from "../ec2-groups.ts";
import { ec2Refusal, tagsOf } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";
import { gatewayAttachment, internetGatewayRecord } from "./records.ts";
import { given, requireUnused, vpcWith } from "./requests.ts";
import { markBlackholes } from "./routes.ts";

/** Creates, attaches and deletes internet gateways. */
export const internetGatewayWrites = {
  createInternetGateway({ state }: NetworkParts, input: CreateInternetGatewayRequest): CreateInternetGatewayResult {
    const tags = tagsOf(tagsAtCreation(input.TagSpecifications, "internet-gateway"));
    const id = state.newId("igw");
    const gateway = internetGatewayRecord(state.world, { id, tags });
    state.internetGateways.put(id, gateway);
    return { InternetGateway: gateway };
  },

  attachInternetGateway(parts: NetworkParts, input: AttachInternetGatewayRequest): void {
    const { state } = parts;
    const id = given(input.InternetGatewayId, "internetGatewayId");
    const vpc = given(input.VpcId, "vpcId");
    const gateway = gatewayWith(parts, id);
    vpcWith(parts, vpc);
    const [before] = gateway.Attachments ?? [];
    if (before !== undefined) {
      throw ec2Refusal("Resource.AlreadyAssociated", `resource ${id} is already attached to network ${before.VpcId}`);
    }
    if (state.internetGateways.all().some(({ Attachments = [] }) => Attachments.some(({ VpcId }) => VpcId === vpc))) {
      throw ec2Refusal("InvalidParameterValue", `Network ${vpc} already has an internet gateway attached`);
    }
    state.internetGateways.put(id, { ...gateway, Attachments: [gatewayAttachment(vpc)] });
  },

  detachInternetGateway(parts: NetworkParts, input: DetachInternetGatewayRequest): void {
    const { state } = parts;
    const id = given(input.InternetGatewayId, "internetGatewayId");
    const vpc = given(input.VpcId, "vpcId");
    const gateway = gatewayWith(parts, id);
    if (!(gateway.Attachments ?? []).some(({ VpcId }) => VpcId === vpc)) {
      throw ec2Refusal("Gateway.NotAttached", `resource ${id} is not attached to network ${vpc}`);
    }
    const addresses = state.natGateways
      .all()
      .filter(({ VpcId, State }) => VpcId === vpc && State !== "deleted" && State !== "failed")
      .flatMap(({ NatGatewayAddresses = [] }) => NatGatewayAddresses)
      .filter(({ PublicIp }) => PublicIp !== undefined);
    if (addresses.length > 0) {
      throw ec2Refusal(
        "DependencyViolation",
        `Network ${vpc} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      );
    }
    state.internetGateways.put(id, { ...gateway, Attachments: [] });
    markBlackholes(state, id);
  },

  deleteInternetGateway(parts: NetworkParts, input: DeleteInternetGatewayRequest): void {
    const id = given(input.InternetGatewayId, "internetGatewayId");
    requireUnused("internetGateway", id, (gatewayWith(parts, id).Attachments ?? []).length);
    parts.state.internetGateways.remove(id);
  },
};

function gatewayWith({ state }: NetworkParts, id: string): InternetGateway {
  const gateway = state.internetGateways.get(id);
  if (gateway === undefined) {
    throw ec2Refusal("InvalidInternetGatewayID.NotFound", `The internetGateway ID '${id}' does not exist`);
  }
  return gateway;
}
