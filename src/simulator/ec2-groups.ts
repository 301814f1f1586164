import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  IpPermission,
  SecurityGroup,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import { checkRule, normalProtocol, storedBlock } from "./ec2-group-rules.ts";
import { noSuchGroup, noSuchVpc } from "./ec2-reads.ts";
import { type Ec2State, ec2Refusal } from "./ec2-state.ts";

/** Common input of the four calls that change rules. */
interface RuleChange {
  readonly GroupId?: string | undefined;
  readonly IpPermissions?: readonly IpPermission[] | undefined;
}

type Direction = "IpPermissions" | "IpPermissionsEgress";

const allEgress: IpPermission = {
  IpProtocol: "-1",
  IpRanges: [{ CidrIp: "0.0.0.0/0" }],
  Ipv6Ranges: [],
  PrefixListIds: [],
  UserIdGroupPairs: [],
};

/** Rules of one direction and address family. A prefix list counts as one rule here; EC2 counts its entries. */
const mostRules = 60;

/** Security groups: creation, changes and deletion. @throws Refusal */
export class Groups {
  readonly #state: Ec2State;
  readonly #inUse: (groupId: string) => boolean;

  /** @param inUse whether an instance has the group */
  constructor(state: Ec2State, inUse: (groupId: string) => boolean) {
    this.#state = state;
    this.#inUse = inUse;
  }

  create(input: CreateSecurityGroupRequest): CreateSecurityGroupResult {
    const { GroupName: name = "", Description: description = "", VpcId: vpcId = "" } = input;
    if (this.#state.vpcs.get(vpcId) === undefined) throw noSuchVpc(vpcId);
    if (!/^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/.test(name) || name.startsWith("sg-")) {
      throw ec2Refusal("InvalidParameterValue", `Invalid security group name '${name}'`);
    }
    if (!/^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/.test(description)) {
      throw ec2Refusal("InvalidParameterValue", "Invalid security group description.");
    }
    if (this.#state.groups.all().some((one) => one.VpcId === vpcId && one.GroupName === name)) {
      throw ec2Refusal("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpcId}'`);
    }
    const id = this.#state.newId("sg");
    const group: SecurityGroup = {
      GroupId: id,
      GroupName: name,
      Description: description,
      VpcId: vpcId,
      OwnerId: this.#state.world.account,
      SecurityGroupArn: this.#state.world.arn("ec2", `security-group/${id}`),
      IpPermissions: [],
      IpPermissionsEgress: [allEgress],
      Tags: tagsAtCreation(input.TagSpecifications, "security-group"),
    };
    this.#state.groups.put(id, group);
    return { GroupId: id, Tags: group.Tags ?? [] };
  }

  delete(input: DeleteSecurityGroupRequest): void {
    const group = this.#get(input.GroupId ?? "");
    const id = group.GroupId ?? "";
    if (group.GroupName === "default") {
      throw ec2Refusal("CannotDelete", `the specified group: "${id}" name: "default" cannot be deleted by a user`);
    }
    if (this.#inUse(id) || this.#isNamed(id)) {
      throw ec2Refusal("DependencyViolation", `resource ${id} has a dependent object`);
    }
    this.#state.groups.remove(id);
  }

  authorize(direction: Direction, input: RuleChange): void {
    const group = this.#get(input.GroupId ?? "");
    for (const permission of input.IpPermissions ?? []) checkRule(permission);
    const requested = (input.IpPermissions ?? []).flatMap(split);
    const there = (group[direction] ?? []).flatMap(split);
    for (const rule of requested) {
      for (const { GroupId: peer = "" } of rule.UserIdGroupPairs ?? []) this.#get(peer);
      const twice = there.find((one) => keyOf(one) === keyOf(rule));
      if (twice !== undefined) {
        throw ec2Refusal(
          "InvalidPermission.Duplicate",
          `the specified rule "peer: ${peerOf(rule)}, ${words(rule)}, ALLOW" already exists`,
        );
      }
    }
    const rules = [...there, ...requested];
    const count = (family: "IpRanges" | "Ipv6Ranges"): number => rules.filter((one) => counts(one, family)).length;
    if (Math.max(count("IpRanges"), count("Ipv6Ranges")) > mostRules) {
      throw ec2Refusal(
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
      );
    }
    this.#state.groups.put(group.GroupId ?? "", { ...group, [direction]: merged(rules) });
  }

  revoke(direction: Direction, input: RuleChange): void {
    const group = this.#get(input.GroupId ?? "");
    const there = (group[direction] ?? []).flatMap(split);
    const gone = new Set((input.IpPermissions ?? []).flatMap(split).map(keyOf));
    if ([...gone].some((key) => !there.some((one) => keyOf(one) === key))) {
      throw ec2Refusal("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
    }
    const left = there.filter((one) => !gone.has(keyOf(one)));
    this.#state.groups.put(group.GroupId ?? "", { ...group, [direction]: merged(left) });
  }

  #get(id: string): SecurityGroup {
    const group = this.#state.groups.get(id);
    if (group === undefined) throw noSuchGroup(id);
    return group;
  }

  /** By an existing endpoint, or by a rule of another group. */
  #isNamed(id: string): boolean {
    const byEndpoint = this.#state.endpoints
      .all()
      .some(({ Groups = [] }) => Groups.some(({ GroupId }) => GroupId === id));
    const byRule = this.#state.groups
      .all()
      .filter(({ GroupId }) => GroupId !== id)
      .flatMap(({ IpPermissions = [], IpPermissionsEgress = [] }) => [...IpPermissions, ...IpPermissionsEgress])
      .some(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.some(({ GroupId }) => GroupId === id));
    return byEndpoint || byRule;
  }
}

/** Tags of a creation. @throws Refusal for tags of another kind of resource */
export function tagsAtCreation(specifications: readonly TagSpecification[] | undefined, resource: string) {
  const other = specifications?.find(({ ResourceType }) => ResourceType !== resource);
  if (other !== undefined) {
    throw ec2Refusal(
      "InvalidParameterValue",
      `'${other.ResourceType}' is not a valid taggable resource type for this operation.`,
    );
  }
  return (specifications ?? []).flatMap(({ Tags = [] }) => Tags);
}

/** One permission for each peer. */
function split(permission: IpPermission): IpPermission[] {
  const { IpProtocol, FromPort, ToPort } = permission;
  const base = {
    ...(IpProtocol === undefined ? {} : { IpProtocol: normalProtocol(IpProtocol) }),
    ...(FromPort === undefined || IpProtocol === "-1" ? {} : { FromPort }),
    ...(ToPort === undefined || IpProtocol === "-1" ? {} : { ToPort }),
  };
  return [
    ...(permission.IpRanges ?? []).map((one) => ({ ...base, IpRanges: [storedBlock(one)] })),
    ...(permission.Ipv6Ranges ?? []).map((one) => ({ ...base, Ipv6Ranges: [one] })),
    ...(permission.PrefixListIds ?? []).map((one) => ({ ...base, PrefixListIds: [one] })),
    ...(permission.UserIdGroupPairs ?? []).map((one) => ({ ...base, UserIdGroupPairs: [one] })),
  ];
}

/** Whether a rule for one peer counts for an address family. */
function counts(rule: IpPermission, family: "IpRanges" | "Ipv6Ranges"): boolean {
  return rule[family] !== undefined || rule.UserIdGroupPairs !== undefined || rule.PrefixListIds !== undefined;
}

/** The peers of the same protocol and ports in one permission, as EC2 describes them. */
function merged(permissions: readonly IpPermission[]): IpPermission[] {
  const groups = new Map<string, IpPermission[]>();
  for (const one of permissions) {
    const key = words(one);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((several) => {
    const [first = {}] = several;
    const { IpProtocol, FromPort, ToPort } = first;
    return {
      ...(IpProtocol === undefined ? {} : { IpProtocol }),
      ...(FromPort === undefined ? {} : { FromPort }),
      ...(ToPort === undefined ? {} : { ToPort }),
      IpRanges: several.flatMap(({ IpRanges = [] }) => IpRanges),
      Ipv6Ranges: several.flatMap(({ Ipv6Ranges = [] }) => Ipv6Ranges),
      PrefixListIds: several.flatMap(({ PrefixListIds = [] }) => PrefixListIds),
      UserIdGroupPairs: several.flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs),
    };
  });
}

function peerOf({ IpRanges, Ipv6Ranges, PrefixListIds, UserIdGroupPairs }: IpPermission): string {
  return (
    IpRanges?.[0]?.CidrIp ??
    Ipv6Ranges?.[0]?.CidrIpv6 ??
    PrefixListIds?.[0]?.PrefixListId ??
    UserIdGroupPairs?.[0]?.GroupId ??
    ""
  );
}

function words({ IpProtocol = "-1", FromPort, ToPort }: IpPermission): string {
  if (IpProtocol === "-1") return "ALL";
  return `${IpProtocol.toUpperCase()}, from port: ${FromPort ?? "-"}, to port: ${ToPort ?? "-"}`;
}

function keyOf(permission: IpPermission): string {
  return `${peerOf(permission)} ${words(permission)}`;
}
