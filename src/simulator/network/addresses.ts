import type {
  Address,
  AllocateAddressRequest,
  AllocateAddressResult,
  DescribeAddressesAttributeRequest,
  DescribeAddressesAttributeResult,
  DescribeAddressesRequest,
  DescribeAddressesResult,
  DisassociateAddressRequest,
  ReleaseAddressRequest,
} from "@aws-sdk/client-ec2";
import { addressIn } from "../ec2-addresses.ts";
import { byIds, type FilterTable, filtered } from "../ec2-filters.ts";
import { tagsAtCreation } from "../ec2-groups.ts";
import { type Ec2State, ec2Refusal } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";
import { given } from "./requests.ts";

/** Addresses for benchmarks, unused on the internet (RFC 2544). */
const pool = { cidr: "198.18.0.0/15", size: 2 ** 17 };

/** Reads of elastic IP addresses. */
export const addressReads = {
  describeAddresses({ state }: NetworkParts, input: DescribeAddressesRequest, asOf: number): DescribeAddressesResult {
    const all = state.addresses.asOf(asOf);
    const byAllocation = byIds(all, input.AllocationIds, ({ AllocationId }) => AllocationId, noSuchAllocation);
    const named = byIds(byAllocation, input.PublicIps, ({ PublicIp }) => PublicIp, noSuchAddress);
    return { Addresses: [...filtered(named, input.Filters, filters, ({ Tags }) => Tags)] };
  },

  /** Addresses have no custom DNS name. */
  describeAddressesAttribute(
    { state }: NetworkParts,
    input: DescribeAddressesAttributeRequest,
    asOf: number,
  ): DescribeAddressesAttributeResult {
    byIds(state.addresses.asOf(asOf), input.AllocationIds, ({ AllocationId }) => AllocationId, noSuchAllocation);
    return { Addresses: [] };
  },
};

/** Allocates and releases elastic IP addresses. */
export const addressWrites = {
  allocateAddress({ state }: NetworkParts, input: AllocateAddressRequest): AllocateAddressResult {
    const taken = new Set(state.addresses.all().map(({ PublicIp }) => PublicIp));
    let offset = 1;
    while (taken.has(addressIn(pool.cidr, offset)) && offset < pool.size) offset++;
    const address: Address = {
      AllocationId: state.newId("eipalloc"),
      PublicIp: addressIn(pool.cidr, offset),
      Domain: "vpc",
      PublicIpv4Pool: "amazon",
      NetworkBorderGroup: state.world.region,
      Tags: tagsAtCreation(input.TagSpecifications, "elastic-ip"),
    };
    state.addresses.put(address.AllocationId ?? "", address);
    const { Tags: _tags, ...result } = address;
    return result;
  },

  /** Only the deletion of a NAT gateway releases its address. */
  disassociateAddress({ state }: NetworkParts, input: DisassociateAddressRequest): void {
    const id = given(input.AssociationId, "associationId");
    if (!state.addresses.all().some(({ AssociationId }) => AssociationId === id)) {
      throw ec2Refusal("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
    }
    throw ec2Refusal("AuthFailure", "You do not have permission to access the specified resource.");
  },

  releaseAddress({ state }: NetworkParts, input: ReleaseAddressRequest): void {
    const address = allocationWith(state, given(input.AllocationId, "allocationId"));
    if (address.AssociationId !== undefined) {
      throw ec2Refusal("InvalidIPAddress.InUse", `Address ${address.PublicIp} is in use.`);
    }
    state.addresses.remove(address.AllocationId ?? "");
  },
};

export function allocationWith(state: Ec2State, id: string): Address {
  const address = state.addresses.get(id);
  if (address === undefined) throw noSuchAllocation(id);
  return address;
}

function noSuchAllocation(id: string): Error {
  return ec2Refusal("InvalidAllocationID.NotFound", `The allocation ID '${id}' does not exist`);
}

function noSuchAddress(address: string): Error {
  return ec2Refusal("InvalidAddress.NotFound", `Address '${address}' not found.`);
}

const filters: FilterTable<Address> = {
  "allocation-id": ({ AllocationId }) => [AllocationId],
  "association-id": ({ AssociationId }) => [AssociationId],
  domain: ({ Domain }) => [Domain],
  "network-interface-id": ({ NetworkInterfaceId }) => [NetworkInterfaceId],
  "private-ip-address": ({ PrivateIpAddress }) => [PrivateIpAddress],
  "public-ip": ({ PublicIp }) => [PublicIp],
};
