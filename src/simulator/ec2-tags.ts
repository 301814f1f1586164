import type { CreateTagsRequest, DeleteTagsRequest, Tag } from "@aws-sdk/client-ec2";
import { noSuchEndpoint, noSuchGroup, noSuchSubnet, noSuchVpc } from "./ec2-reads.ts";
import { type Ec2State, ec2Refusal, tagList, tagsOf } from "./ec2-state.ts";

/** Adds tags, or changes their value. @throws Refusal without any change */
export function createTags(state: Ec2State, input: CreateTagsRequest): void {
  const reserved = input.Tags?.find(({ Key = "" }) => Key.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) {
    throw ec2Refusal("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
  }
  change(state, input.Resources, (tags) => {
    const next = { ...tagsOf(tags), ...tagsOf(input.Tags) };
    if (Object.keys(next).length > 50) {
      throw ec2Refusal("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
    }
    return tagList(next);
  });
}

/** Removes tags; a tag given with a value only if the value matches. */
export function deleteTags(state: Ec2State, input: DeleteTagsRequest): void {
  const gone = input.Tags ?? [];
  change(state, input.Resources, (tags) =>
    tags.filter(
      (tag) => !gone.some(({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value)),
    ),
  );
}

function change(state: Ec2State, ids: readonly string[] | undefined, next: (tags: readonly Tag[]) => Tag[]): void {
  const writes = (ids ?? []).map((id) => writeOf(state, id, next));
  for (const write of writes) write();
}

function writeOf(state: Ec2State, id: string, next: (tags: readonly Tag[]) => Tag[]): () => void {
  switch (id.slice(0, id.indexOf("-"))) {
    case "sg":
      return retag(state.groups, id, next, noSuchGroup);
    case "vpce":
      return retag(state.endpoints, id, next, noSuchEndpoint);
    case "subnet":
      return retag(state.subnets, id, next, noSuchSubnet);
    case "rtb":
      return retag(state.routeTables, id, next, noSuch("InvalidRouteTableID.NotFound", "routeTable"));
    case "igw":
      return retag(state.internetGateways, id, next, noSuch("InvalidInternetGatewayID.NotFound", "internetGateway"));
    case "nat":
      return retag(state.natGateways, id, next, () =>
        ec2Refusal("NatGatewayNotFound", `NatGateway ${id} was not found`),
      );
    case "acl":
      return retag(state.acls, id, next, noSuch("InvalidNetworkAclID.NotFound", "networkAcl"));
    case "eipalloc":
      return retag(state.addresses, id, next, noSuch("InvalidAllocationID.NotFound", "allocation"));
    case "vpc": {
      const stored = state.vpcs.get(id);
      if (stored === undefined) throw noSuchVpc(id);
      const Tags = next(stored.vpc.Tags ?? []);
      return () => state.vpcs.put(id, { ...stored, vpc: { ...stored.vpc, Tags } });
    }
    default:
      throw ec2Refusal("InvalidID", `The ID '${id}' is not valid`);
  }
}

function noSuch(code: string, kind: string): (id: string) => Error {
  return (id) => ec2Refusal(code, `The ${kind} ID '${id}' does not exist`);
}

interface TaggedTable<T> {
  get(id: string): T | undefined;
  put(id: string, value: T): void;
}

function retag<T extends { Tags?: Tag[] | undefined }>(
  table: TaggedTable<T>,
  id: string,
  next: (tags: readonly Tag[]) => Tag[],
  missing: (id: string) => Error,
): () => void {
  const record = table.get(id);
  if (record === undefined) throw missing(id);
  const Tags = next(record.Tags ?? []);
  return () => table.put(id, { ...record, Tags });
}
