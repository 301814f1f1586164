import type {
  CreateNatGatewayRequest,
  CreateNatGatewayResult,
  DeleteNatGatewayRequest,
  DeleteNatGatewayResult,
  NatGateway,
  NatGatewayAddress,
  Subnet,
} from "@aws-sdk/client-ec2";
import { addressIn } from "../ec2-addresses.ts";
import { tagsAtCreation } from "../ec2-groups.ts";
import { type Ec2State, ec2Refusal } from "../ec2-state.ts";
import { allocationWith } from "./addresses.ts";
import type { NetworkParts } from "./handler.ts";
import { given, subnetWith } from "./requests.ts";
import { markBlackholes } from "./routes.ts";

/** Creates and deletes NAT gateways. Both take time: see `settleNatGateway`. */
export const natGatewayWrites = {
  createNatGateway(parts: NetworkParts, input: CreateNatGatewayRequest): CreateNatGatewayResult {
    const { state } = parts;
    const { ClientToken: token, ConnectivityType: connectivity = "public" } = input;
    const said = token === undefined ? {} : { ClientToken: token };
    const before = state.natGateways.get(state.natTokens.get(token ?? "")?.id ?? "");
    if (before !== undefined) return { NatGateway: before, ...said };
    const subnet = subnetWith(parts, given(input.SubnetId, "subnetId"));
    if (connectivity === "public" && input.AllocationId === undefined) {
      throw ec2Refusal(
        "MissingParameter",
        "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
      );
    }
    const gateway: NatGateway = {
      NatGatewayId: state.newId("nat"),
      SubnetId: subnet.SubnetId ?? "",
      VpcId: subnet.VpcId ?? "",
      State: "pending",
      ConnectivityType: connectivity,
      CreateTime: new Date(state.world.clock.now()),
      NatGatewayAddresses: [addressOf(state, subnet, input.AllocationId)],
      Tags: tagsAtCreation(input.TagSpecifications, "natgateway"),
    };
    const id = gateway.NatGatewayId ?? "";
    const failure = whyFails(state, gateway);
    if (failure === undefined) hold(state, gateway);
    state.natGateways.put(id, failure === undefined ? gateway : { ...gateway, ...failure });
    if (token !== undefined) state.natTokens.put(token, { id });
    settleNatGateway(state, id);
    return { NatGateway: gateway, ...said };
  },

  /** A second deletion changes nothing. */
  deleteNatGateway({ state }: NetworkParts, input: DeleteNatGatewayRequest): DeleteNatGatewayResult {
    const id = given(input.NatGatewayId, "natGatewayId");
    const gateway = state.natGateways.get(id);
    if (gateway === undefined) throw ec2Refusal("NatGatewayNotFound", `NatGateway ${id} was not found`);
    if (gateway.State !== "deleting" && gateway.State !== "deleted") {
      const DeleteTime = new Date(state.world.clock.now());
      state.natGateways.put(id, { ...gateway, State: "deleting", DeleteTime });
      settleNatGateway(state, id);
    }
    return { NatGatewayId: id };
  },
};

/**
 * Schedules the transitions of a NAT gateway, also after a restart: `pending` becomes `available`,
 * `deleting` becomes `deleted`, and a `deleted` or `failed` record is removed after an hour.
 */
export function settleNatGateway(state: Ec2State, id: string): void {
  const { clock, knobs } = state.world;
  const gateway = state.natGateways.get(id);
  const after = (delayMs: number, next: (now: NatGateway) => NatGateway | undefined): void => {
    clock.schedule(delayMs, () => {
      const now = state.natGateways.get(id);
      if (now?.State !== gateway?.State) return;
      const changed = now === undefined ? undefined : next(now);
      if (changed === undefined) {
        forget(state, id);
        return;
      }
      state.natGateways.put(id, changed);
      settleNatGateway(state, id);
    });
  };
  switch (gateway?.State) {
    case "pending":
      after(knobs.natGatewayAvailableMs, (now) => ({ ...now, State: "available" }));
      break;
    case "deleting":
      after(knobs.natGatewayDeletedMs, (now) => {
        giveBack(state, now);
        markBlackholes(state, id);
        return { ...now, State: "deleted" };
      });
      break;
    case "deleted":
    case "failed":
      after(knobs.natGatewayRecordMs, () => undefined);
      break;
    default:
  }
}

function forget(state: Ec2State, id: string): void {
  state.natGateways.remove(id);
  for (const [token, made] of state.natTokens.entries()) if (made.id === id) state.natTokens.remove(token);
}

function addressOf(state: Ec2State, subnet: Subnet, allocation: string | undefined): NatGatewayAddress {
  const own = {
    NetworkInterfaceId: state.newId("eni"),
    PrivateIp: addressIn(subnet.CidrBlock ?? "", 5),
    IsPrimary: true,
    Status: "succeeded",
  } as const;
  if (allocation === undefined) return own;
  const { PublicIp } = allocationWith(state, allocation);
  return { ...own, AllocationId: allocation, ...(PublicIp === undefined ? {} : { PublicIp }) };
}

/** Why AWS accepts the request and the gateway fails later; in the words of AWS's troubleshooting guide. */
function whyFails(state: Ec2State, gateway: NatGateway): Partial<NatGateway> | undefined {
  const failed = (FailureCode: string, FailureMessage: string): Partial<NatGateway> => {
    return { State: "failed", FailureCode, FailureMessage };
  };
  const allocation = gateway.NatGatewayAddresses?.[0]?.AllocationId;
  if (allocation === undefined) return undefined;
  if (allocationWith(state, allocation).AssociationId !== undefined) {
    return failed("Resource.AlreadyAssociated", `Elastic IP address [${allocation}] is already associated`);
  }
  const attached = state.internetGateways
    .all()
    .some(({ Attachments = [] }) => Attachments.some(({ VpcId }) => VpcId === gateway.VpcId));
  return attached
    ? undefined
    : failed("Gateway.NotAttached", `Network ${gateway.VpcId} has no Internet gateway attached`);
}

/** The elastic IP address belongs to the gateway from the start. */
function hold(state: Ec2State, { NatGatewayAddresses: [own] = [] }: NatGateway): void {
  const { AllocationId: id, NetworkInterfaceId: eni, PrivateIp: ip } = own ?? {};
  if (id === undefined || eni === undefined || ip === undefined) return;
  state.addresses.put(id, {
    ...allocationWith(state, id),
    AssociationId: state.newId("eipassoc"),
    NetworkInterfaceId: eni,
    NetworkInterfaceOwnerId: state.world.account,
    PrivateIpAddress: ip,
  });
}

function giveBack(state: Ec2State, { NatGatewayAddresses: [own] = [] }: NatGateway): void {
  const address = state.addresses.get(own?.AllocationId ?? "");
  // The address of a failed gateway may belong to another one.
  if (address === undefined || address.NetworkInterfaceId !== own?.NetworkInterfaceId) return;
  const {
    AssociationId: _association,
    NetworkInterfaceId: _interface,
    NetworkInterfaceOwnerId: _owner,
    PrivateIpAddress: _ip,
    ...free
  } = address;
  state.addresses.put(address.AllocationId ?? "", free);
}
