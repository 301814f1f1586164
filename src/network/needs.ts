/** Which services the instances or tasks of an environment must reach. Pure. */

import type { AskedAction } from "./policy.ts";

/** A service that must be reachable by HTTPS, and who needs it. */
export interface ServiceNeed {
  /** Last part of the name of its endpoint service, e.g. `ecr.api`; `registry` for a registry outside AWS. */
  readonly service: string;
  /** The host name, for messages. */
  readonly host: string;
  /** `environment`: without it no instance joins. `jobs`: only some jobs fail. */
  readonly neededBy: "environment" | "jobs";
  /** Why, for people. */
  readonly because: string;
  /** Whether it has its own public IPv4 address; undefined: as subnet and launch template say. */
  readonly publicIp?: boolean;
}

/** The workload of the subnets. */
export interface Workload {
  readonly region: string;
  readonly platform: "ecs" | "fargate" | "eks";
  /** The job definitions that may run there. */
  readonly jobs: readonly JobNeeds[];
}

/** The relevant parts of a job definition. */
export interface JobNeeds {
  /** `namespace/name` of the object. */
  readonly name: string;
  readonly images: readonly string[];
  /** Default `awslogs`; undefined if the platform has no log driver (EKS). */
  readonly logDriver: string | undefined;
  /** ARNs or names of the secrets and parameters of the containers. */
  readonly secrets: readonly string[];
  /** Fargate's assignPublicIp. */
  readonly publicIp: boolean;
}

const joining: Readonly<Record<Workload["platform"], readonly (readonly [service: string, because: string])[]>> = {
  ecs: [
    ["ecs-agent", "instances register and get their jobs through it"],
    ["ecs-telemetry", "instances report through it"],
    ["ecs", "instances register through it"],
  ],
  eks: [
    ["ec2", "nodes read their own network through it"],
    ["ecr.api", "the node's own pods come from ECR"],
    ["ecr.dkr", "the node's own pods come from ECR"],
    ["s3", "ECR keeps image layers in S3"],
    ["sts", "nodes sign in to the cluster through it"],
  ],
  fargate: [],
};

export function needsOf({ region, platform, jobs }: Workload): readonly ServiceNeed[] {
  const host = (service: string): string => hostOf(service, region);
  const base = joining[platform].map(
    ([service, because]): ServiceNeed => ({ service, host: host(service), neededBy: "environment", because }),
  );
  const known = jobs.length > 0 ? jobs : platform === "fargate" ? [anyTask(region)] : [];
  const ofJobs = known.flatMap((job) => jobServices(job, region).map((one) => needOf(job, one, platform, host)));
  return merged([...base, ...ofJobs]);
}

/** The needs of an unknown task with an image in ECR. */
function anyTask(region: string): JobNeeds {
  const image = `000000000000.dkr.ecr.${region}.amazonaws.com/image`;
  return { name: "", images: [image], logDriver: "awslogs", secrets: [], publicIp: true };
}

function needOf(
  job: JobNeeds,
  { service, because, host }: JobService,
  platform: Workload["platform"],
  hostFor: (service: string) => string,
): ServiceNeed {
  return {
    service,
    host: host ?? hostFor(service),
    neededBy: "jobs",
    because: job.name === "" ? because : `${because} of ${job.name}`,
    ...(platform === "fargate" ? { publicIp: job.publicIp } : {}),
  };
}

interface JobService {
  readonly service: string;
  readonly because: string;
  readonly host?: string;
}

function jobServices({ images, logDriver, secrets }: JobNeeds, region: string): readonly JobService[] {
  const [inEcr, elsewhere] = [images.filter((image) => isInEcr(image, region)), new Set<string>()];
  for (const image of images) if (!inEcr.includes(image)) elsewhere.add(registryOf(image));
  const kept = secrets.map((secret) => (/^arn:[^:]+:secretsmanager:/.test(secret) ? "secretsmanager" : "ssm"));
  return [
    ...(inEcr.length > 0 ? ecr : []),
    ...[...elsewhere].map((host) => ({ service: "registry", host, because: "the image" })),
    ...(logDriver === "awslogs" ? [{ service: "logs", because: "the log" }] : []),
    ...[...new Set(kept)].map((service) => ({ service, because: "a secret" })),
  ];
}

const ecr: readonly JobService[] = [
  { service: "ecr.api", because: "the image" },
  { service: "ecr.dkr", because: "the image" },
  { service: "s3", because: "the layers of the image" },
];

/** Every service that `needsOf` can name and that has endpoints: what Batch needs in a closed network. */
export const neededServices: readonly string[] = [
  ...new Set([
    ...Object.values(joining).flatMap((services) => services.map(([service]) => service)),
    ...ecr.map(({ service }) => service),
    "logs",
    "secretsmanager",
    "ssm",
  ]),
].toSorted();

/** Whether an image is in ECR of this region, which has endpoints; ECR of another region is a foreign registry. */
export function isInEcr(image: string, region: string): boolean {
  const host = /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.|on\.(?:aws|amazonwebservices))/.exec(image);
  return host?.[1] === region;
}

/** `docker.io` unless the first part of the image names a host. */
export function registryOf(image: string): string {
  const [first = ""] = image.split("/");
  const isHost = image.includes("/") && (first.includes(".") || first.includes(":") || first === "localhost");
  return isHost ? first : "docker.io";
}

/** One need for each host and kind of source address; the most important one is kept. */
function merged(needs: readonly ServiceNeed[]): readonly ServiceNeed[] {
  const kept = new Map<string, ServiceNeed>();
  for (const need of needs) {
    const key = `${need.service} ${need.host} ${need.publicIp ?? ""}`;
    if (!kept.has(key)) kept.set(key, need);
  }
  return [...kept.values()];
}

const hosts: ReadonlyMap<string, string> = new Map([
  ["ecr.api", "api.ecr"],
  ["ecr.dkr", "dkr.ecr"],
  ["ecs-agent", "ecs-a"],
]);

export function hostOf(service: string, region: string): string {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  if (service === "ecs-telemetry") return `ecs-t.${region}.${domain}`;
  return `${hosts.get(service) ?? service}.${region}.${domain}`;
}

/** Services with another name in China (AWS CDK, `InterfaceVpcEndpointAwsService`). */
const namedInChina: ReadonlySet<string> = new Set(["ec2", "ecr.api", "ecr.dkr", "eks", "sts"]);

/** Full name of the endpoint service. */
export function endpointServiceOf(service: string, region: string): string {
  const prefix = region.startsWith("cn-") && namedInChina.has(service) ? "cn.com" : "com";
  return `${prefix}.amazonaws.${region}.${service}`;
}

/** e.g. `ecr.api` of `com.amazonaws.eu-west-1.ecr.api`, in China of `cn.com.amazonaws.cn-north-1.ecr.api`. */
export function shortName(serviceName: string): string {
  return serviceName.replace(/^(?:cn\.)?com\.amazonaws\.[^.]+\./, "");
}

/** What the policy of an endpoint must allow. */
export function askedOf(service: string, region: string): readonly AskedAction[] {
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  if (service === "s3") {
    const resource = `arn:${partition}:s3:::prod-${region}-starport-layer-bucket/layer`;
    return [{ action: "s3:GetObject", resource }];
  }
  return (actionsOf.get(service) ?? []).map((action) => ({ action }));
}

const actionsOf: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "ecs-agent": ["ecs:Poll"],
    "ecs-telemetry": ["ecs:StartTelemetrySession"],
    ecs: ["ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance", "ecs:SubmitTaskStateChange"],
    "ecr.api": ["ecr:GetAuthorizationToken"],
    "ecr.dkr": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    logs: ["logs:CreateLogStream", "logs:PutLogEvents"],
    secretsmanager: ["secretsmanager:GetSecretValue"],
    ssm: ["ssm:GetParameters"],
    sts: ["sts:AssumeRoleWithWebIdentity"],
    ec2: ["ec2:DescribeInstances"],
  }),
);
