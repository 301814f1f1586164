import type {
  DescribeImagesRequest,
  DescribeImagesResult,
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  DescribePlacementGroupsRequest,
  DescribePlacementGroupsResult,
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
  Image,
  InstanceTypeInfo,
  InstanceTypeOffering,
  KeyPairInfo,
  LaunchTemplateVersion,
  PlacementGroup,
  ServiceDetail,
} from "@aws-sdk/client-ec2";
import { byIds, ec2Page, type FilterTable, filtered } from "./ec2-filters.ts";
import { instanceTypes, isOfferedIn } from "./ec2-instance-types.ts";
import { type Ec2State, ec2Refusal, type StoredTemplate } from "./ec2-state.ts";

/** Services that have an interface endpoint in every region, by the last part of their name. */
const interfaceServices = [
  "autoscaling",
  "batch",
  "ec2",
  "ec2messages",
  "ecr.api",
  "ecr.dkr",
  "ecs",
  "ecs-agent",
  "ecs-telemetry",
  "eks",
  "eks-auth",
  "elasticfilesystem",
  "elasticloadbalancing",
  "kms",
  "logs",
  "monitoring",
  "s3",
  "secretsmanager",
  "ssm",
  "ssmmessages",
  "sts",
];
const gatewayServices = ["dynamodb", "s3"];

/** Names in a region: zones, services of VPC endpoints. */
export function zonesOf(region: string): readonly string[] {
  return ["a", "b", "c"].map((letter) => `${region}${letter}`);
}

/** The public host name that private DNS of an interface endpoint resolves. */
export function hostOf(service: string, region: string): string {
  switch (service) {
    case "ecr.api":
      return `api.ecr.${region}.amazonaws.com`;
    case "ecr.dkr":
      return `*.dkr.ecr.${region}.amazonaws.com`;
    case "ecs-agent":
      return `ecs-a.${region}.amazonaws.com`;
    case "ecs-telemetry":
      return `ecs-t.${region}.amazonaws.com`;
    default:
      return `${service}.${region}.amazonaws.com`;
  }
}

export function endpointServices(region: string): readonly ServiceDetail[] {
  const name = (service: string): string => `com.amazonaws.${region}.${service}`;
  const common = { Owner: "amazon", AvailabilityZones: [...zonesOf(region)], AcceptanceRequired: false };
  return [
    ...interfaceServices.map((service) => ({
      ...common,
      ServiceName: name(service),
      ServiceType: [{ ServiceType: "Interface" as const }],
      PrivateDnsName: hostOf(service, region),
      VpcEndpointPolicySupported: true,
    })),
    ...gatewayServices.map((service) => ({
      ...common,
      ServiceName: name(service),
      ServiceType: [{ ServiceType: "Gateway" as const }],
      VpcEndpointPolicySupported: true,
    })),
  ];
}

/** Reads of everything outside of VPCs. @throws Refusal */
export class CatalogueReads {
  readonly #state: Ec2State;

  constructor(state: Ec2State) {
    this.#state = state;
  }

  instanceTypes(input: DescribeInstanceTypesRequest): DescribeInstanceTypesResult {
    const unknown = (input.InstanceTypes ?? []).filter((type) => !instanceTypes.has(type));
    if (unknown.length > 0) {
      const text = `The following supplied instance types do not exist: [${unknown.join(", ")}]`;
      throw ec2Refusal("InvalidInstanceType", text);
    }
    const requested = new Set<string>(input.InstanceTypes);
    const named = [...instanceTypes.values()].filter(
      (one) => requested.size === 0 || requested.has(one.InstanceType ?? ""),
    );
    const found = filtered(named, input.Filters, instanceTypeFilters, () => []);
    const { page, next } = ec2Page(found, input, 100);
    return { InstanceTypes: page, ...next };
  }

  offerings(input: DescribeInstanceTypeOfferingsRequest): DescribeInstanceTypeOfferingsResult {
    const { region } = this.#state.world;
    const places = input.LocationType === "availability-zone" ? zonesOf(region) : [region];
    const all = places.flatMap((place) =>
      [...instanceTypes.keys()]
        .filter((type) => place === region || isOfferedIn(type, place))
        .map((type) => ({
          InstanceType: type as NonNullable<InstanceTypeOffering["InstanceType"]>,
          LocationType: input.LocationType ?? "region",
          Location: place,
        })),
    );
    const { page, next } = ec2Page(
      filtered(all, input.Filters, offeringFilters, () => []),
      input,
      1000,
    );
    return { InstanceTypeOfferings: page, ...next };
  }

  services(input: DescribeVpcEndpointServicesRequest): DescribeVpcEndpointServicesResult {
    const missing = (name: string): Error =>
      ec2Refusal("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
    const all = endpointServices(this.#state.world.region);
    const named = byIds(all, input.ServiceNames, ({ ServiceName }) => ServiceName, missing);
    const { page, next } = ec2Page(
      filtered(named, input.Filters, serviceFilters, () => []),
      input,
      1000,
    );
    return { ServiceDetails: page, ServiceNames: [...new Set(page.map((one) => one.ServiceName ?? ""))], ...next };
  }

  prefixListEntries(input: GetManagedPrefixListEntriesRequest, asOf: number): GetManagedPrefixListEntriesResult {
    const { PrefixListId: id = "" } = input;
    const list = this.#state.prefixLists.asOf(asOf).find((one) => one.id === id);
    if (list === undefined) {
      throw ec2Refusal("InvalidPrefixListID.NotFound", `The prefix list ID '${id}' does not exist`);
    }
    const { page, next } = ec2Page(list.cidrs, input, 100);
    return { Entries: page.map((Cidr) => ({ Cidr })), ...next };
  }

  keyPairs(input: DescribeKeyPairsRequest, asOf: number): DescribeKeyPairsResult {
    const missing = (name: string): Error =>
      ec2Refusal("InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);
    const named = byIds(this.#state.keyPairs.asOf(asOf), input.KeyNames, ({ KeyName }) => KeyName, missing);
    return { KeyPairs: [...filtered(named, input.Filters, keyPairFilters, ({ Tags }) => Tags)] };
  }

  images(input: DescribeImagesRequest, asOf: number): DescribeImagesResult {
    const missing = (id: string): Error => ec2Refusal("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
    const named = byIds(this.#state.images.asOf(asOf), input.ImageIds, ({ ImageId }) => ImageId, missing);
    const { page, next } = ec2Page(
      filtered(named, input.Filters, imageFilters, ({ Tags }) => Tags),
      input,
      1000,
    );
    return { Images: page, ...next };
  }

  templates(input: DescribeLaunchTemplatesRequest, asOf: number): DescribeLaunchTemplatesResult {
    const all = this.#state.templates.asOf(asOf);
    const byId = byIds(all, input.LaunchTemplateIds, ({ template }) => template.LaunchTemplateId, noSuchTemplate);
    const named = byIds(byId, input.LaunchTemplateNames, ({ template }) => template.LaunchTemplateName, noSuchName);
    const found = filtered(named, input.Filters, templateFilters, ({ template }) => template.Tags);
    const { page, next } = ec2Page(found, input, 200);
    return { LaunchTemplates: page.map(({ template }) => template), ...next };
  }

  templateVersions(input: DescribeLaunchTemplateVersionsRequest, asOf: number): DescribeLaunchTemplateVersionsResult {
    const { LaunchTemplateId: id, LaunchTemplateName: name, Versions: versions = [] } = input;
    const stored = this.#state.templates
      .asOf(asOf)
      .find(({ template }) =>
        id === undefined ? template.LaunchTemplateName === name : template.LaunchTemplateId === id,
      );
    if (stored === undefined) throw id === undefined ? noSuchName(name ?? "") : noSuchTemplate(id);
    const requested =
      versions.length === 0 ? [...stored.versions] : versions.map((version) => versionOf(stored, version));
    const { page, next } = ec2Page(requested, input, 200);
    return { LaunchTemplateVersions: page, ...next };
  }

  placementGroups(input: DescribePlacementGroupsRequest, asOf: number): DescribePlacementGroupsResult {
    const missing = (name: string): Error =>
      ec2Refusal("InvalidPlacementGroup.Unknown", `The Placement Group '${name}' is unknown.`);
    const all = this.#state.placementGroups.asOf(asOf);
    const named = byIds(all, input.GroupNames, ({ GroupName }) => GroupName, missing);
    return { PlacementGroups: [...filtered(named, input.Filters, placementGroupFilters, ({ Tags }) => Tags)] };
  }
}

function versionOf(stored: StoredTemplate, version: string): LaunchTemplateVersion {
  const { DefaultVersionNumber: first, LatestVersionNumber: latest } = stored.template;
  const number = version === "$Default" ? first : version === "$Latest" ? latest : Number(version);
  const found = stored.versions.find(({ VersionNumber }) => VersionNumber === number);
  if (found === undefined) {
    throw ec2Refusal(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version} for the launch template with ID ${stored.template.LaunchTemplateId}.`,
    );
  }
  return found;
}

export function isTemplateId(id: string): boolean {
  return /^lt-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id);
}

/** A described id exists in any form; the message for a malformed one is ours. */
function noSuchTemplate(id: string): Error {
  if (!isTemplateId(id))
    return ec2Refusal("InvalidLaunchTemplateId.Malformed", `Invalid id: "${id}" (expecting "lt-...")`);
  return ec2Refusal(
    "InvalidLaunchTemplateId.NotFound",
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
}

function noSuchName(name: string): Error {
  return ec2Refusal(
    "InvalidLaunchTemplateName.NotFoundException",
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

const instanceTypeFilters: FilterTable<InstanceTypeInfo> = {
  "instance-type": ({ InstanceType }) => [InstanceType],
  "current-generation": ({ CurrentGeneration }) => [CurrentGeneration],
  "processor-info.supported-architecture": ({ ProcessorInfo }) => ProcessorInfo?.SupportedArchitectures ?? [],
  "supported-usage-class": ({ SupportedUsageClasses = [] }) => SupportedUsageClasses,
  "vcpu-info.default-vcpus": ({ VCpuInfo }) => [VCpuInfo?.DefaultVCpus],
  "bare-metal": ({ BareMetal }) => [BareMetal],
};

const offeringFilters: FilterTable<InstanceTypeOffering> = {
  "instance-type": ({ InstanceType }) => [InstanceType],
  location: ({ Location }) => [Location],
};

const serviceFilters: FilterTable<ServiceDetail> = {
  "service-name": ({ ServiceName }) => [ServiceName],
  "service-type": ({ ServiceType = [] }) => ServiceType.map((one) => one.ServiceType),
  owner: ({ Owner }) => [Owner],
};

const keyPairFilters: FilterTable<KeyPairInfo> = { "key-name": ({ KeyName }) => [KeyName] };

const imageFilters: FilterTable<Image> = {
  "image-id": ({ ImageId }) => [ImageId],
  state: ({ State }) => [State],
  architecture: ({ Architecture }) => [Architecture],
};

const templateFilters: FilterTable<StoredTemplate> = {
  "launch-template-name": ({ template }) => [template.LaunchTemplateName],
  "launch-template-id": ({ template }) => [template.LaunchTemplateId],
};

const placementGroupFilters: FilterTable<PlacementGroup> = {
  "group-name": ({ GroupName }) => [GroupName],
  state: ({ State }) => [State],
};
