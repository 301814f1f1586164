import type {
  Address,
  EgressOnlyInternetGateway,
  Image,
  InternetGateway,
  KeyPairInfo,
  LaunchTemplate,
  LaunchTemplateVersion,
  NatGateway,
  NetworkAcl,
  PlacementGroup,
  RouteTable,
  SecurityGroup,
  Subnet,
  Tag,
  Vpc,
  VpcEndpoint,
} from "@aws-sdk/client-ec2";
import { RecordTable } from "./records.ts";
import { Refusal } from "./refusals.ts";
import type { World } from "./world.ts";

export interface StoredVpc {
  readonly vpc: Vpc;
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  /** Omitted: off. */
  readonly addressUsageMetrics?: boolean;
}

/** A managed prefix list, e.g. the AWS-owned ones of S3 and DynamoDB. */
export interface StoredPrefixList {
  readonly id: string;
  readonly name: string;
  readonly cidrs: readonly string[];
}

export interface StoredTemplate {
  readonly template: LaunchTemplate;
  readonly versions: readonly LaunchTemplateVersion[];
}

const tableNames = [
  "vpcs",
  "subnets",
  "routeTables",
  "internetGateways",
  "egressOnlyGateways",
  "natGateways",
  "natTokens",
  "addresses",
  "endpoints",
  "groups",
  "acls",
  "prefixLists",
  "keyPairs",
  "images",
  "templates",
  "placementGroups",
] as const;

interface Rows {
  readonly vpcs: StoredVpc;
  readonly subnets: Subnet;
  readonly routeTables: RouteTable;
  readonly internetGateways: InternetGateway;
  readonly egressOnlyGateways: EgressOnlyInternetGateway;
  readonly natGateways: NatGateway;
  /** The gateway of the request with a client token. */
  readonly natTokens: { readonly id: string };
  readonly addresses: Address;
  readonly endpoints: VpcEndpoint;
  readonly groups: SecurityGroup;
  readonly acls: NetworkAcl;
  readonly prefixLists: StoredPrefixList;
  readonly keyPairs: KeyPairInfo;
  readonly images: Image;
  readonly templates: StoredTemplate;
  readonly placementGroups: PlacementGroup;
}

/** A snapshot as plain JSON: every record by the name of its table. */
export type Ec2Snapshot = { readonly [Name in keyof Rows]?: readonly (readonly [string, Rows[Name]])[] };

type IdPrefix =
  | "eipalloc"
  | "eipassoc"
  | "eni"
  | "igw"
  | "nat"
  | "rtb"
  | "rtbassoc"
  | "sg"
  | "sgr"
  | "subnet"
  | "vpc"
  | "vpce";

/** The records of EC2 in one region, each table with its history. */
export class Ec2State {
  readonly vpcs: RecordTable<StoredVpc>;
  readonly subnets: RecordTable<Subnet>;
  readonly routeTables: RecordTable<RouteTable>;
  readonly internetGateways: RecordTable<InternetGateway>;
  readonly egressOnlyGateways: RecordTable<EgressOnlyInternetGateway>;
  readonly natGateways: RecordTable<NatGateway>;
  readonly natTokens: RecordTable<Rows["natTokens"]>;
  readonly addresses: RecordTable<Address>;
  readonly endpoints: RecordTable<VpcEndpoint>;
  readonly groups: RecordTable<SecurityGroup>;
  readonly acls: RecordTable<NetworkAcl>;
  readonly prefixLists: RecordTable<StoredPrefixList>;
  readonly keyPairs: RecordTable<KeyPairInfo>;
  readonly images: RecordTable<Image>;
  readonly templates: RecordTable<StoredTemplate>;
  readonly placementGroups: RecordTable<PlacementGroup>;
  readonly world: World;
  #ids = 0;

  constructor(world: World) {
    this.world = world;
    const { clock } = world;
    this.vpcs = new RecordTable(clock);
    this.subnets = new RecordTable(clock);
    this.routeTables = new RecordTable(clock);
    this.internetGateways = new RecordTable(clock);
    this.egressOnlyGateways = new RecordTable(clock);
    this.natGateways = new RecordTable(clock);
    this.natTokens = new RecordTable(clock);
    this.addresses = new RecordTable(clock);
    this.endpoints = new RecordTable(clock);
    this.groups = new RecordTable(clock);
    this.acls = new RecordTable(clock);
    this.prefixLists = new RecordTable(clock);
    this.keyPairs = new RecordTable(clock);
    this.images = new RecordTable(clock);
    this.templates = new RecordTable(clock);
    this.placementGroups = new RecordTable(clock);
  }

  /** A new id in AWS's form. It does not use the world's random numbers, so that EC2 does not change those of others. */
  newId(prefix: IdPrefix): string {
    const digits = Array.from({ length: 2 }, (_, at) =>
      mixed(++this.#ids * 2 + at)
        .toString(16)
        .padStart(8, "0"),
    );
    return `${prefix}-0${digits.join("")}`;
  }

  /** Increases with each change of a record. */
  get changes(): number {
    return tableNames.reduce((sum, name) => sum + this[name].changes, 0);
  }

  /** Removes everything, also from the history. */
  clear(): void {
    for (const name of tableNames) this[name].clear();
  }

  snapshot(): Ec2Snapshot {
    return Object.fromEntries(tableNames.map((name) => [name, this[name].entries()])) as Ec2Snapshot;
  }

  /** Number of created ids. */
  get ids(): number {
    return this.#ids;
  }

  /**
   * Adds records with an unlimited history; replaces records with the same id.
   * @param ids number of ids created for them; undefined: one for each
   */
  restore(snapshot: Ec2Snapshot, ids?: number): void {
    for (const name of tableNames) {
      const table = this[name] as RecordTable<unknown>;
      for (const [id, row] of snapshot[name] ?? []) {
        table.load(id, row);
        this.#ids++;
      }
    }
    if (ids !== undefined) this.#ids = ids;
  }
}

/** A pseudo-random number of 32 bits (the finaliser of murmur3). */
function mixed(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** An error of EC2: a code with a dot, and a sentence. */
export function ec2Refusal(code: string, text: string, httpStatusCode = 400): Refusal {
  return new Refusal(code, httpStatusCode, text);
}

export function tagsOf(tags: readonly Tag[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

export type EndpointState = "pendingAcceptance" | "pending" | "available" | "deleting" | "rejected" | "failed";

/** The service writes the state of an endpoint in lower case, whatever its model says. */
export function endpointState(state: EndpointState): NonNullable<VpcEndpoint["State"]> {
  return state as unknown as NonNullable<VpcEndpoint["State"]>;
}

export function stateOf(endpoint: VpcEndpoint): EndpointState {
  return endpoint.State as unknown as EndpointState;
}
