import type { Route } from "@aws-sdk/client-ec2";
import type { AccountNetwork } from "../ec2-network.ts";
import { type Ec2State, endpointState, tagList } from "../ec2-state.ts";
import {
  aclRecord,
  defaultAclOf,
  defaultGroupOf,
  groupRecord,
  internetGatewayRecord,
  mainTableOf,
  routeTableRecord,
  subnetRecord,
  tail,
  vpcRecord,
} from "./records.ts";

/** Adds a network to EC2 with an unlimited history. Replaces records with the same id. */
export function loadNetwork(state: Ec2State, network: AccountNetwork): void {
  loadVpcs(state, network);
  loadSubnets(state, network);
  loadRouteTables(state, network);
  loadGateways(state, network);
  loadGroups(state, network);
  loadAcls(state, network);
  loadEndpoints(state, network);
  loadRest(state, network);
}

function loadVpcs({ vpcs: table, world }: Ec2State, { vpcs = [] }: AccountNetwork): void {
  for (const vpc of vpcs) table.load(vpc.id, vpcRecord(world, vpc));
}

function loadSubnets({ subnets: table, world }: Ec2State, { subnets = [] }: AccountNetwork): void {
  for (const subnet of subnets) table.load(subnet.id, subnetRecord(world, subnet));
}

function loadRouteTables(state: Ec2State, { vpcs = [], routeTables = [] }: AccountNetwork): void {
  const withMain = new Set(routeTables.filter(({ main }) => main === true).map(({ vpc }) => vpc));
  const implied = vpcs.filter(({ id }) => !withMain.has(id)).map(({ id }) => mainTableOf(id));
  for (const table of [...routeTables, ...implied]) {
    const cidr = state.vpcs.get(table.vpc)?.vpc.CidrBlock;
    state.routeTables.load(table.id, routeTableRecord(state.world, table, cidr));
  }
}

function loadGateways(state: Ec2State, network: AccountNetwork): void {
  for (const gateway of network.internetGateways ?? []) {
    state.internetGateways.load(gateway.id, internetGatewayRecord(state.world, gateway));
  }
  for (const { id, vpc, tags = {} } of network.egressOnlyInternetGateways ?? []) {
    state.egressOnlyGateways.load(id, {
      EgressOnlyInternetGatewayId: id,
      Attachments: [{ VpcId: vpc, State: "attached" }],
      Tags: tagList(tags),
    });
  }
  for (const { id, subnet, state: is = "available", connectivity = "public", tags = {} } of network.natGateways ?? []) {
    const vpc = state.subnets.get(subnet)?.VpcId;
    state.natGateways.load(id, {
      NatGatewayId: id,
      SubnetId: subnet,
      ...(vpc === undefined ? {} : { VpcId: vpc }),
      State: is,
      ConnectivityType: connectivity,
      NatGatewayAddresses: [],
      Tags: tagList(tags),
    });
  }
}

function loadGroups({ groups, world }: Ec2State, { securityGroups = [], vpcs = [] }: AccountNetwork): void {
  for (const group of [...vpcs.map(({ id }) => defaultGroupOf(id)), ...securityGroups]) {
    groups.load(group.id, groupRecord(world, group));
  }
}

function loadAcls({ acls, subnets, world }: Ec2State, { networkAcls = [], vpcs = [] }: AccountNetwork): void {
  const elsewhere = new Set(networkAcls.flatMap((acl) => acl.subnets));
  for (const { id } of vpcs) {
    const inside = subnets
      .all()
      .filter(({ VpcId, SubnetId = "" }) => VpcId === id && !elsewhere.has(SubnetId))
      .map(({ SubnetId = "" }) => SubnetId);
    const acl = defaultAclOf(id, inside);
    acls.load(acl.id, aclRecord(world, acl, true));
  }
  for (const acl of networkAcls) acls.load(acl.id, aclRecord(world, acl, false));
}

function loadEndpoints(state: Ec2State, { vpcEndpoints = [] }: AccountNetwork): void {
  for (const one of vpcEndpoints) {
    const gateway = one.type === "Gateway";
    const { id, vpc, subnets = [], securityGroups = [], routeTables = [], privateDns = !gateway, tags = {} } = one;
    const { region, account } = state.world;
    state.endpoints.load(id, {
      VpcEndpointId: id,
      VpcEndpointType: gateway ? "Gateway" : "Interface",
      VpcId: vpc,
      ServiceName: `com.amazonaws.${region}.${one.service}`,
      State: endpointState(one.state ?? "available"),
      PrivateDnsEnabled: privateDns,
      RouteTableIds: [...routeTables],
      SubnetIds: [...subnets],
      Groups: securityGroups.map((group) => ({
        GroupId: group,
        GroupName: state.groups.get(group)?.GroupName ?? group,
      })),
      NetworkInterfaceIds: gateway ? [] : subnets.map((subnet) => `eni-${tail(subnet)}${tail(id).slice(-4)}`),
      PolicyDocument: one.policy ?? '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}',
      OwnerId: account,
      Tags: tagList(tags),
    });
    if (!gateway) continue;
    const list = state.prefixLists.all().find(({ name }) => name === `com.amazonaws.${region}.${one.service}`);
    for (const table of routeTables) if (list !== undefined) addGatewayRoute(state, table, list.id, id);
  }
}

function addGatewayRoute(state: Ec2State, tableId: string, listId: string, endpointId: string): void {
  const table = state.routeTables.get(tableId);
  if (table === undefined) return;
  const route: Route = {
    DestinationPrefixListId: listId,
    GatewayId: endpointId,
    State: "active",
    Origin: "CreateRoute",
  };
  state.routeTables.load(tableId, { ...table, Routes: [...(table.Routes ?? []), route] });
}

function loadRest(state: Ec2State, network: AccountNetwork): void {
  for (const name of network.keyPairs ?? []) state.keyPairs.load(name, { KeyName: name, KeyPairId: `key-${name}` });
  for (const name of network.placementGroups ?? []) {
    state.placementGroups.load(name, { GroupName: name, State: "available", Strategy: "cluster" });
  }
  for (const { id, architecture = "x86_64", state: is = "available" } of network.images ?? []) {
    state.images.load(id, { ImageId: id, Architecture: architecture, State: is, Name: id });
  }
  for (const { id, name, versions } of network.launchTemplates ?? []) {
    const count = versions.length;
    state.templates.load(id, {
      template: { LaunchTemplateId: id, LaunchTemplateName: name, DefaultVersionNumber: 1, LatestVersionNumber: count },
      versions: versions.map((data, at) => ({
        LaunchTemplateId: id,
        LaunchTemplateName: name,
        VersionNumber: at + 1,
        DefaultVersion: at === 0,
        LaunchTemplateData: data,
      })),
    });
  }
}
