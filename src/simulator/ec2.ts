import { createHash } from "node:crypto";
import type { ComputeResource, LaunchTemplateSpecification } from "@aws-sdk/client-batch";
import { networkOf } from "./compute-environment-rules.ts";
import { CatalogueReads, isTemplateId, zonesOf } from "./ec2-catalogue.ts";
import { Endpoints } from "./ec2-endpoints.ts";
import { Groups } from "./ec2-groups.ts";
import { isOfferedIn } from "./ec2-instance-types.ts";
import type { AccountNetwork } from "./ec2-network.ts";
import { NetworkReads } from "./ec2-reads.ts";
import { type Ec2Snapshot, Ec2State } from "./ec2-state.ts";
import { type Source, whyInternetUnreachable, whyServiceUnreachable } from "./ec2-walk.ts";
import { loadNetwork } from "./network/load.ts";
import { settleNatGateway } from "./network/nat-gateways.ts";
import type { World } from "./world.ts";

/** Services that an ECS agent needs before an instance joins the cluster. */
const agentServices = ["ecs", "ecs-agent", "ecs-telemetry"];
const defaultVpc = "vpc-0de0fa0170000000d";

/**
 * EC2 of one region. Without a described network, the account has a default VPC with public subnets, and every
 * well-formed id in a manifest exists in that VPC, with a route to the internet. With a described network, only described
 * and later created resources exist. After the first call of EC2 that creates or deletes a part of the network, no further
 * subnet or security group comes into existence because a manifest names it.
 */
export class Ec2 {
  readonly state: Ec2State;
  readonly network: NetworkReads;
  readonly catalogue: CatalogueReads;
  readonly groups: Groups;
  readonly endpoints: Endpoints;
  /** Whether instances or tasks in the subnet, or with the security group, run or are about to end. */
  readonly hasInstances: (id: string) => boolean;
  /** Ids (or names) of subnets, security groups, launch templates, AMIs, key pairs and placement groups. */
  readonly #missing = new Set<string>();
  #described = false;
  /** Whether a call of EC2 has created or deleted a part of the network. */
  #made = false;
  /** Cache of why no instance joins, by resources, valid for a number of changes. */
  #joins = { changes: -1, verdicts: new Map<string, string | undefined>() };

  /** @param hasInstances see the field */
  constructor(world: World, hasInstances: (id: string) => boolean) {
    this.hasInstances = hasInstances;
    this.state = new Ec2State(world);
    this.network = new NetworkReads(this.state);
    this.catalogue = new CatalogueReads(this.state);
    this.groups = new Groups(this.state, hasInstances);
    this.endpoints = new Endpoints(this.state);
    this.#loadOwnedByAws();
    loadNetwork(this.state, defaultNetwork(world.region));
  }

  /** Adds a described network; with VPCs, it replaces the default one. It replaces records with the same ids. */
  describe(network: AccountNetwork): void {
    if (!this.#described && network.vpcs !== undefined) {
      this.state.clear();
      this.#loadOwnedByAws();
      this.#described = true;
    }
    loadNetwork(this.state, network);
    // A table that is described again must keep the routes of endpoints that were created since.
    for (const endpoint of this.state.endpoints.all()) this.endpoints.reroute(endpoint);
  }

  /** Creates the ids of a request, unless the network is described or they were removed. */
  provide(ids: readonly (string | undefined)[]): void {
    if (this.#described) return;
    for (const id of ids) if (id !== undefined && !this.#missing.has(id)) this.#provideOne(id);
  }

  /** From now on a request does not create its subnets and security groups. */
  keepToWhatExists(): void {
    this.#made = true;
  }

  /** The same for resources with names. */
  provideNamed(kind: "keyPairs" | "placementGroups" | "templates", names: readonly (string | undefined)[]): void {
    if (this.#described) return;
    const requested = names.filter((name) => name !== undefined).filter((name) => !this.#missing.has(name));
    for (const name of requested) {
      if (kind === "keyPairs") loadNetwork(this.state, { keyPairs: [name] });
      else if (kind === "placementGroups") loadNetwork(this.state, { placementGroups: [name] });
      else this.#provideTemplate(templateIdFor(name), name);
    }
  }

  remove(id: string): void {
    this.#missing.add(id);
    for (const table of [this.state.subnets, this.state.groups, this.state.templates, this.state.images])
      table.remove(id);
    for (const table of [this.state.keyPairs, this.state.placementGroups]) table.remove(id);
  }

  restore(id: string): void {
    this.#missing.delete(id);
    this.provide([id]);
  }

  /** An earlier version wrote no `made` and `ids`. */
  snapshot(): {
    readonly described: boolean;
    readonly made?: boolean;
    readonly ids?: number;
    readonly records: Ec2Snapshot;
  } {
    return { described: this.#described, made: this.#made, ids: this.state.ids, records: this.state.snapshot() };
  }

  /** Restores the records of an earlier process; transitions of endpoints and NAT gateways start again. */
  restoreAll({ described, made = false, ids, records }: ReturnType<Ec2["snapshot"]>): void {
    this.#described = described;
    this.#made = made;
    // Removed resources must not return with the default network.
    if (described || made) this.state.clear();
    this.state.restore(records, ids);
    this.#settle(records);
  }

  /** Adds records; they replace records with the same ids. */
  add(records: Ec2Snapshot): void {
    this.state.restore(records, this.state.ids);
    this.#settle(records);
  }

  #settle({ endpoints = [], natGateways = [] }: Ec2Snapshot): void {
    for (const [, endpoint] of endpoints) this.endpoints.settle(endpoint);
    for (const [id] of natGateways) settleNatGateway(this.state, id);
  }

  /** Why Batch cannot use these resources, in its words (those for missing ids are ours). */
  whyUnusable(resources: ComputeResource): string | undefined {
    const { subnets, groups } = networkOf(resources);
    this.provide([...subnets, ...groups]);
    for (const id of subnets) {
      if (this.state.subnets.get(id) === undefined) {
        return clientError(`The subnet ID '${id}' does not exist`, "InvalidSubnetID.NotFound");
      }
    }
    for (const id of groups) {
      if (this.state.groups.get(id) === undefined) {
        return clientError(`The security group '${id}' does not exist`, "InvalidGroup.NotFound");
      }
    }
    return this.#whyApart(resources) ?? this.#whyNoInstances(resources);
  }

  /**
   * Why no instance of an EC2 environment joins the cluster: no subnet has a free address, an offered type, and a path
   * from the ECS agent to ECS. Undefined if an instance joins.
   */
  whyNoInstanceJoins(resources: ComputeResource): string | undefined {
    const { subnets, groups } = networkOf(resources);
    this.provide([...subnets, ...groups]);
    const { changes } = this.state;
    if (this.#joins.changes !== changes) this.#joins = { changes, verdicts: new Map() };
    const { verdicts } = this.#joins;
    const key = JSON.stringify(resources);
    if (!verdicts.has(key)) verdicts.set(key, this.#walk(resources));
    return verdicts.get(key);
  }

  #walk(resources: ComputeResource): string | undefined {
    const reasons = networkOf(resources).subnets.map((id) => {
      const subnet = this.state.subnets.get(id);
      if (subnet === undefined) return `the subnet ${id} does not exist`;
      if ((subnet.AvailableIpAddressCount ?? 0) === 0) return `${id} has no free address`;
      const zone = subnet.AvailabilityZone ?? "";
      const types = resources.instanceTypes ?? [];
      if (types.length > 0 && !types.some((type) => isOfferedIn(type, zone))) return `no instance type in ${zone}`;
      const source = this.#source(resources, id, subnet.MapPublicIpOnLaunch === true);
      return agentServices.map((service) => whyServiceUnreachable(this.state, source, service)).find(isReason);
    });
    return reasons.some((reason) => reason === undefined) ? undefined : reasons[0];
  }

  /**
   * Why a task cannot pull its image.
   * @param publicIp of a Fargate task; undefined for one on an instance
   */
  whyNoPull(resources: ComputeResource, image: string, publicIp: boolean | undefined): string | undefined {
    if (!this.#described) return undefined;
    const ecr = /^\d{12}\.dkr\.ecr\./.test(image);
    const reasons = networkOf(resources).subnets.map((id) => {
      const mapped = this.state.subnets.get(id)?.MapPublicIpOnLaunch === true;
      const source = this.#source(resources, id, publicIp ?? mapped);
      if (!ecr) return whyInternetUnreachable(this.state, source);
      const services = ["ecr.api", "ecr.dkr", "s3"];
      return services.map((service) => whyServiceUnreachable(this.state, source, service)).find(isReason);
    });
    return reasons.some((reason) => reason === undefined) ? undefined : reasons[0];
  }

  #source(resources: ComputeResource, subnetId: string, publicIp: boolean): Source {
    return { subnetId, groupIds: networkOf(resources).groups, publicIp };
  }

  #whyApart(resources: ComputeResource): string | undefined {
    const { subnets, groups } = networkOf(resources);
    const [first = ""] = subnets;
    const vpc = this.state.subnets.get(first)?.VpcId;
    const group = groups.find((id) => this.state.groups.get(id)?.VpcId !== vpc);
    if (group !== undefined) {
      return clientError(
        `Security group ${group} and subnet ${first} belong to different networks.`,
        "InvalidParameter",
      );
    }
    const subnet = subnets.find((id) => this.state.subnets.get(id)?.VpcId !== vpc);
    return subnet === undefined
      ? undefined
      : clientError(`Subnets ${first} and ${subnet} belong to different networks.`, "InvalidParameter"); // our words
  }

  #whyNoInstances(resources: ComputeResource): string | undefined {
    const template = resources.launchTemplate;
    for (const one of template === undefined ? [] : [template, ...(template.overrides ?? [])]) {
      const reference = one.launchTemplateId ?? one.launchTemplateName;
      if (reference !== undefined && this.#isGone(reference, this.#hasTemplate(one))) {
        return clientError(`The launch template ${reference} does not exist`, "InvalidLaunchTemplateId.NotFound");
      }
    }
    const { imageId, ec2KeyPair, placementGroup, ec2Configuration = [] } = resources;
    const images = [imageId, ...ec2Configuration.map((one) => one.imageIdOverride)].filter((id) => id !== undefined);
    const gone =
      images.find((id) => this.#isGone(id, this.state.images.get(id) !== undefined)) ??
      [ec2KeyPair].find(
        (name) => name !== undefined && this.#isGone(name, this.state.keyPairs.get(name) !== undefined),
      ) ??
      [placementGroup].find(
        (name) => name !== undefined && this.#isGone(name, this.state.placementGroups.get(name) !== undefined),
      );
    return gone === undefined ? undefined : clientError(`'${gone}' does not exist`, "InvalidParameterValue");
  }

  #hasTemplate({ launchTemplateId: id, launchTemplateName: name }: LaunchTemplateSpecification): boolean {
    return this.state.templates
      .all()
      .some(({ template }) =>
        id === undefined ? template.LaunchTemplateName === name : template.LaunchTemplateId === id,
      );
  }

  #isGone(id: string, isThere: boolean): boolean {
    return this.#described ? !isThere : this.#missing.has(id);
  }

  #provideOne(id: string): void {
    const vpc = defaultVpc;
    if (this.#made && /^(?:subnet|sg)-/.test(id)) return;
    if (/^subnet-[0-9a-z-]+$/.test(id) && this.state.subnets.get(id) === undefined) {
      const count = this.state.subnets.all().length;
      const zones = zonesOf(this.state.world.region);
      const zone = zones[count % zones.length] ?? "";
      const cidr = `172.31.${(count * 16) % 256}.0/20`;
      loadNetwork(this.state, { subnets: [{ id, vpc, zone, cidr, mapPublicIps: true }] });
    } else if (/^sg-[0-9a-z-]+$/.test(id) && this.state.groups.get(id) === undefined) {
      loadNetwork(this.state, { securityGroups: [{ id, vpc }] });
    } else if (/^ami-[0-9a-z-]+$/.test(id) && this.state.images.get(id) === undefined) {
      loadNetwork(this.state, { images: [{ id }] });
    } else if (isTemplateId(id)) {
      this.#provideTemplate(id, `template-of-${id}`);
    }
  }

  /** With ten empty versions, so that manifests can name any of them. */
  #provideTemplate(id: string, name: string): void {
    if (this.#hasTemplate({ launchTemplateName: name }) || this.#hasTemplate({ launchTemplateId: id })) return;
    loadNetwork(this.state, { launchTemplates: [{ id, name, versions: Array.from({ length: 10 }, () => ({})) }] });
  }

  /** AWS's own prefix lists, with a few of their blocks. */
  #loadOwnedByAws(): void {
    const { region } = this.state.world;
    const lists = [
      {
        id: "pl-63a5400a",
        name: `com.amazonaws.${region}.s3`,
        cidrs: ["52.216.0.0/15", "54.231.0.0/16", "3.5.0.0/19"],
      },
      { id: "pl-02cd2c6b", name: `com.amazonaws.${region}.dynamodb`, cidrs: ["52.119.224.0/20", "52.94.0.0/22"] },
    ];
    for (const list of lists) this.state.prefixLists.load(list.id, list);
  }
}

/** Deterministic for a name. */
function templateIdFor(name: string): string {
  return `lt-${createHash("sha256").update(name).digest("hex").slice(0, 17)}`;
}

/** The initial VPC of every account: a public subnet in each zone. */
function defaultNetwork(region: string): AccountNetwork {
  const gateway = "igw-0de0fa0170000000d";
  const subnets = zonesOf(region).map((zone, at) => ({
    id: `subnet-0de0fa017000000${at}d`,
    vpc: defaultVpc,
    zone,
    cidr: `172.31.${at * 16}.0/20`,
    mapPublicIps: true,
    freeAddresses: 4091,
  }));
  return {
    vpcs: [{ id: defaultVpc, cidr: "172.31.0.0/16", isDefault: true }],
    subnets,
    internetGateways: [{ id: gateway, vpc: defaultVpc }],
    routeTables: [
      {
        id: "rtb-0de0fa0170000000d",
        vpc: defaultVpc,
        main: true,
        routes: [{ to: "0.0.0.0/0", via: gateway }],
      },
    ],
  };
}

function isReason(reason: string | undefined): reason is string {
  return reason !== undefined;
}

function clientError(text: string, code: string): string {
  return `CLIENT_ERROR - ${text} (Service: AmazonEC2; Status Code: 400; Error Code: ${code})`;
}
