import type {
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  ModifyVpcEndpointRequest,
  Route,
  SecurityGroupIdentifier,
  VpcEndpoint,
} from "@aws-sdk/client-ec2";
import { endpointServices, hostOf } from "./ec2-catalogue.ts";
import { tagsAtCreation } from "./ec2-groups.ts";
import { noSuchEndpoint, noSuchGroup, noSuchSubnet, noSuchVpc } from "./ec2-reads.ts";
import { type Ec2State, ec2Refusal, endpointState, stateOf } from "./ec2-state.ts";

/** Maximum of deletions in one call. */
const mostDeleted = 25;
const openPolicy = '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}';

/** VPC endpoints: `pending` until they are `available`, `deleting` until they are deleted. @throws Refusal */
export class Endpoints {
  readonly #state: Ec2State;
  /** By client token: a repeated request returns the endpoint of the first. */
  readonly #tokens = new Map<string, string>();

  constructor(state: Ec2State) {
    this.#state = state;
  }

  create(input: CreateVpcEndpointRequest): CreateVpcEndpointResult {
    const { ClientToken: token } = input;
    const before = this.#state.endpoints.get(this.#tokens.get(token ?? "") ?? "");
    if (before !== undefined) return { VpcEndpoint: before, ...(token === undefined ? {} : { ClientToken: token }) };
    const { VpcId: vpcId = "", ServiceName: service = "", VpcEndpointType: type = "Gateway" } = input;
    if (this.#state.vpcs.get(vpcId) === undefined) throw noSuchVpc(vpcId);
    const offered = endpointServices(this.#state.world.region).some(
      ({ ServiceName, ServiceType = [] }) =>
        ServiceName === service && ServiceType.some(({ ServiceType: one }) => one === type),
    );
    if (!offered) throw ec2Refusal("InvalidServiceName", `The Vpc Endpoint Service '${service}' does not exist`);
    const endpoint = type === "Gateway" ? this.#gateway(input) : this.#interface(input);
    const id = endpoint.VpcEndpointId ?? "";
    this.#state.endpoints.put(id, endpoint);
    if (token !== undefined) this.#tokens.set(token, id);
    this.settle(endpoint);
    return { VpcEndpoint: endpoint, ...(token === undefined ? {} : { ClientToken: token }) };
  }

  modify(input: ModifyVpcEndpointRequest): void {
    const endpoint = this.#get(input.VpcEndpointId ?? "");
    if (stateOf(endpoint) !== "available" && stateOf(endpoint) !== "pending") {
      throw ec2Refusal(
        "IncorrectState",
        `The endpoint ${endpoint.VpcEndpointId} must be available to modify it. Current state: ${endpoint.State}`,
      );
    }
    const subnets = [
      ...(endpoint.SubnetIds ?? []).filter((id) => !input.RemoveSubnetIds?.includes(id)),
      ...(input.AddSubnetIds ?? []),
    ];
    const groups = [
      ...(endpoint.Groups ?? []).filter(({ GroupId = "" }) => !input.RemoveSecurityGroupIds?.includes(GroupId)),
      ...this.#groups(input.AddSecurityGroupIds ?? [], endpoint.VpcId ?? ""),
    ];
    const tables = [
      ...(endpoint.RouteTableIds ?? []).filter((id) => !input.RemoveRouteTableIds?.includes(id)),
      ...(input.AddRouteTableIds ?? []),
    ];
    this.#requireSubnets(subnets, endpoint.VpcId ?? "");
    if (input.PrivateDnsEnabled === true && endpoint.PrivateDnsEnabled !== true) this.#requirePrivateDns(endpoint);
    for (const table of input.RemoveRouteTableIds ?? []) this.#unroute(table, endpoint);
    for (const table of input.AddRouteTableIds ?? []) this.#route(table, endpoint);
    const modified: VpcEndpoint = {
      ...endpoint,
      SubnetIds: [...new Set(subnets)],
      Groups: groups,
      RouteTableIds: [...new Set(tables)],
      ...(input.PrivateDnsEnabled === undefined ? {} : { PrivateDnsEnabled: input.PrivateDnsEnabled }),
      ...(input.PolicyDocument === undefined ? {} : { PolicyDocument: input.PolicyDocument }),
      ...(input.ResetPolicy === true ? { PolicyDocument: openPolicy } : {}),
      ...(input.AddSubnetIds === undefined ? {} : { State: endpointState("pending") }),
    };
    this.#state.endpoints.put(endpoint.VpcEndpointId ?? "", modified);
    this.settle(modified);
  }

  delete(input: DeleteVpcEndpointsRequest): DeleteVpcEndpointsResult {
    // AWS's words: couchbaselabs/cbdinocluster pull request 199
    if ((input.VpcEndpointIds ?? []).length > mostDeleted) {
      const limit = `You can provide up to ${mostDeleted} VPC endpoints.`;
      throw ec2Refusal("InvalidParameter", `Maximum number of VPC endpoints to delete was exceeded. ${limit}`);
    }
    const unsuccessful = (input.VpcEndpointIds ?? []).flatMap((id) => {
      const endpoint = this.#state.endpoints.get(id);
      if (endpoint === undefined) {
        const message = `The Vpc Endpoint Id '${id}' does not exist`;
        return [{ ResourceId: id, Error: { Code: "InvalidVpcEndpoint.NotFound", Message: message } }];
      }
      for (const table of endpoint.RouteTableIds ?? []) this.#unroute(table, endpoint);
      if (stateOf(endpoint) !== "deleting")
        this.#state.endpoints.put(id, { ...endpoint, State: endpointState("deleting") });
      this.settle({ ...endpoint, State: endpointState("deleting") });
      return [];
    });
    return { Unsuccessful: unsuccessful };
  }

  /** Restores missing routes of a gateway endpoint in its tables. */
  reroute(endpoint: VpcEndpoint): void {
    for (const id of endpoint.RouteTableIds ?? []) {
      const routes = this.#state.routeTables.get(id)?.Routes ?? [];
      if (!routes.some(({ GatewayId }) => GatewayId === endpoint.VpcEndpointId)) this.#route(id, endpoint);
    }
  }

  /** Schedules the end of a transition of an endpoint; also after a restart. */
  settle(endpoint: VpcEndpoint): void {
    const { clock, knobs } = this.#state.world;
    const id = endpoint.VpcEndpointId ?? "";
    if (stateOf(endpoint) === "pending") {
      clock.schedule(knobs.endpointAvailableMs, () => {
        const now = this.#state.endpoints.get(id);
        if (now !== undefined && stateOf(now) === "pending")
          this.#state.endpoints.put(id, { ...now, State: endpointState("available") });
      });
    } else if (stateOf(endpoint) === "deleting") {
      const delayMs = endpoint.VpcEndpointType === "Gateway" ? 0 : knobs.endpointDeletedMs;
      clock.schedule(delayMs, () => this.#state.endpoints.remove(id));
    }
  }

  #gateway(input: CreateVpcEndpointRequest): VpcEndpoint {
    const endpoint = { ...this.#common(input), VpcEndpointType: "Gateway", State: endpointState("available") } as const;
    const tables = input.RouteTableIds ?? [];
    const existing = this.#state.endpoints
      .all()
      .filter((one) => one.ServiceName === endpoint.ServiceName && one.VpcEndpointType === "Gateway")
      .flatMap(({ RouteTableIds = [] }) => RouteTableIds);
    const twice = tables.find((id) => existing.includes(id));
    if (twice !== undefined) {
      const list = this.#prefixListOf(endpoint);
      throw ec2Refusal(
        "RouteAlreadyExists",
        `route table ${twice} already has a route with destination-prefix-list-id ${list}`,
      );
    }
    for (const table of tables) this.#route(table, endpoint);
    return { ...endpoint, RouteTableIds: [...tables], SubnetIds: [], Groups: [], PrivateDnsEnabled: false };
  }

  #interface(input: CreateVpcEndpointRequest): VpcEndpoint {
    const common = this.#common(input);
    const vpcId = common.VpcId ?? "";
    const subnets = input.SubnetIds ?? [];
    this.#requireSubnets(subnets, vpcId);
    const given = input.SecurityGroupIds ?? [];
    const groups = this.#groups(given.length > 0 ? given : [this.#defaultGroup(vpcId)], vpcId);
    // EC2 enables private DNS by default, except for S3.
    const privateDns = input.PrivateDnsEnabled ?? !(common.ServiceName ?? "").endsWith(".s3");
    if (privateDns) this.#requirePrivateDns(common);
    return {
      ...common,
      VpcEndpointType: "Interface",
      State: endpointState("pending"),
      SubnetIds: [...subnets],
      Groups: groups,
      RouteTableIds: [],
      PrivateDnsEnabled: privateDns,
      IpAddressType: "ipv4",
      NetworkInterfaceIds: subnets.map(() => this.#state.newId("eni")),
    };
  }

  #common(input: CreateVpcEndpointRequest): VpcEndpoint {
    const id = this.#state.newId("vpce");
    return {
      VpcEndpointId: id,
      VpcId: input.VpcId ?? "",
      ServiceName: input.ServiceName ?? "",
      PolicyDocument: input.PolicyDocument ?? openPolicy,
      CreationTimestamp: new Date(this.#state.world.clock.now()),
      OwnerId: this.#state.world.account,
      RequesterManaged: false,
      NetworkInterfaceIds: [],
      Tags: tagsAtCreation(input.TagSpecifications, "vpc-endpoint"),
    };
  }

  #requireSubnets(ids: readonly string[], vpcId: string): void {
    const zones = new Set<string>();
    for (const id of ids) {
      const subnet = this.#state.subnets.get(id);
      if (subnet === undefined) throw noSuchSubnet(id);
      if (subnet.VpcId !== vpcId) {
        throw ec2Refusal("InvalidParameter", `The subnet ${id} is not in the VPC ${vpcId}`); // our words
      }
      const zone = subnet.AvailabilityZone ?? "";
      if (zones.has(zone)) {
        throw ec2Refusal(
          "DuplicateSubnetsInSameZone",
          `Found another VPC endpoint subnet in the availability zone of ${id}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
        );
      }
      zones.add(zone);
    }
  }

  #requirePrivateDns(endpoint: VpcEndpoint): void {
    const vpcId = endpoint.VpcId ?? "";
    const vpc = this.#state.vpcs.get(vpcId);
    if (vpc?.dnsSupport !== true || !vpc.dnsHostnames) {
      throw ec2Refusal(
        "InvalidParameter",
        `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpcId}`,
      );
    }
    const rival = this.#state.endpoints
      .all()
      .find(
        (one) =>
          one.VpcId === vpcId &&
          one.ServiceName === endpoint.ServiceName &&
          one.VpcEndpointId !== endpoint.VpcEndpointId &&
          one.PrivateDnsEnabled === true,
      );
    if (rival === undefined) return;
    const service = (endpoint.ServiceName ?? "").split(".").slice(3).join(".");
    const host = hostOf(service, this.#state.world.region).replace(/^\*\./, "");
    throw ec2Refusal(
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${host} in the VPC ${vpcId}`,
    );
  }

  #groups(ids: readonly string[], vpcId: string): SecurityGroupIdentifier[] {
    return ids.map((id) => {
      const group = this.#state.groups.get(id);
      if (group === undefined || group.VpcId !== vpcId) throw noSuchGroup(id);
      return { GroupId: id, GroupName: group.GroupName ?? id };
    });
  }

  #defaultGroup(vpcId: string): string {
    const found = this.#state.groups.all().find((one) => one.VpcId === vpcId && one.GroupName === "default");
    return found?.GroupId ?? "";
  }

  #prefixListOf({ ServiceName }: VpcEndpoint): string {
    return this.#state.prefixLists.all().find(({ name }) => name === ServiceName)?.id ?? "";
  }

  #route(tableId: string, endpoint: VpcEndpoint): void {
    const table = this.#state.routeTables.get(tableId);
    if (table === undefined) {
      throw ec2Refusal("InvalidRouteTableId.NotFound", `The routeTable ID '${tableId}' does not exist`);
    }
    const route: Route = {
      DestinationPrefixListId: this.#prefixListOf(endpoint),
      GatewayId: endpoint.VpcEndpointId ?? "",
      State: "active",
      Origin: "CreateRoute",
    };
    this.#state.routeTables.put(tableId, { ...table, Routes: [...(table.Routes ?? []), route] });
  }

  #unroute(tableId: string, endpoint: VpcEndpoint): void {
    const table = this.#state.routeTables.get(tableId);
    if (table === undefined) return;
    const routes = (table.Routes ?? []).filter(({ GatewayId }) => GatewayId !== endpoint.VpcEndpointId);
    this.#state.routeTables.put(tableId, { ...table, Routes: routes });
  }

  #get(id: string): VpcEndpoint {
    const endpoint = this.#state.endpoints.get(id);
    if (endpoint === undefined) throw noSuchEndpoint(id);
    return endpoint;
  }
}
