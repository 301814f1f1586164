import type { JobDetail } from "./batch.ts";
import { nameIn } from "./names.ts";

/** What a job asks of the machine it runs on; of a multi-node job each node, the largest where nodes differ. Pure. */
export interface JobNeeds {
  readonly platform: "EC2" | "FARGATE" | "EKS";
  /** 1, but for a multi-node parallel job. */
  readonly nodes: number;
  /** Per node. */
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Undefined: the job does not say. */
  readonly architecture: "x86_64" | "arm64" | undefined;
  readonly windows: boolean;
  /** Instance type or family that the nodes of a multi-node job are tied to. */
  readonly instanceType: string | undefined;
  readonly images: readonly string[];
  /** ARNs or names of what containers are given as secrets, never their values. */
  readonly secrets: readonly string[];
  /** Undefined where the platform does not log by a driver (EKS). */
  readonly logDriver: string | undefined;
  /** Fargate's assignPublicIp. */
  readonly publicIp: boolean;
  /** What it holds of consumable resources while it runs. */
  readonly consumables: readonly ConsumableNeed[];
}

export interface ConsumableNeed {
  readonly name: string;
  readonly quantity: number;
}

interface Share {
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
}

const nothing: Share = { vcpus: 0, memoryMib: 0, gpus: 0 };

/** @param detail of a job, or of an array's child */
export function jobNeeds(detail: JobDetail): JobNeeds {
  const fargate = detail.platformCapabilities?.includes("FARGATE") ?? false;
  const { container, ecsProperties, eksProperties, nodeProperties } = detail;
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  const tasks = [
    ...(ecsProperties?.taskProperties ?? []),
    ...ranges.flatMap(({ ecsProperties: properties }) => properties?.taskProperties ?? []),
  ];
  const containers = [container, ...ranges.map(({ container: one }) => one)].filter((one) => one !== undefined);
  const pods = [eksProperties, ...ranges.map(({ eksProperties: properties }) => properties)].flatMap((properties) =>
    properties?.podProperties === undefined ? [] : [properties.podProperties],
  );
  const needed = largest([
    ...containers.map((one) => containerShare(one)),
    ...tasks.map((task) => sum((task.containers ?? []).map((one) => requiredShare(one.resourceRequirements)))),
    ...pods.map((pod) => sum((pod.containers ?? []).map((one) => podShare(one.resources)))),
  ]);
  const runtime = [...containers, ...tasks].find(
    ({ runtimePlatform }) => runtimePlatform !== undefined,
  )?.runtimePlatform;
  const images = [
    ...containers.map(({ image }) => image),
    ...tasks.flatMap((task) => (task.containers ?? []).map(({ image }) => image)),
    ...pods.flatMap((pod) => (pod.containers ?? []).map(({ image }) => image)),
  ];
  const withSecrets = [...containers, ...tasks.flatMap((task) => task.containers ?? [])];
  return {
    platform: pods.length > 0 ? "EKS" : fargate ? "FARGATE" : "EC2",
    nodes: nodeProperties?.numNodes ?? 1,
    ...needed,
    architecture: architectureOf(runtime?.cpuArchitecture),
    windows: /^WINDOWS/i.test(runtime?.operatingSystemFamily ?? ""),
    instanceType: [container, ...ranges.map(({ container: one }) => one)].find((one) => one?.instanceType !== undefined)
      ?.instanceType,
    secrets: [...new Set(withSecrets.flatMap((one) => secretsOf(one)))],
    logDriver:
      pods.length > 0
        ? undefined
        : (withSecrets.find((one) => one.logConfiguration !== undefined)?.logConfiguration?.logDriver ?? "awslogs"),
    publicIp: [...containers, ...tasks].some((one) => one.networkConfiguration?.assignPublicIp === "ENABLED"),
    images: [...new Set(images.filter((image) => image !== undefined))],
    consumables: consumablesOf(detail),
  };
}

/** Those of the job, and of the nodes of a multi-node one. */
function consumablesOf({ consumableResourceProperties, nodeProperties }: JobDetail): readonly ConsumableNeed[] {
  const ranges = nodeProperties?.nodeRangeProperties ?? [];
  const lists = [consumableResourceProperties, ...ranges.map((range) => range.consumableResourceProperties)];
  return lists.flatMap((one) =>
    (one?.consumableResourceList ?? []).flatMap(({ consumableResource: name, quantity = 0 }) =>
      name === undefined ? [] : [{ name: nameIn(name), quantity }],
    ),
  );
}

interface Secret {
  readonly valueFrom?: string | undefined;
}

function secretsOf(container: {
  readonly secrets?: readonly Secret[] | undefined;
  readonly logConfiguration?: { readonly secretOptions?: readonly Secret[] | undefined } | undefined;
}): readonly string[] {
  const all = [...(container.secrets ?? []), ...(container.logConfiguration?.secretOptions ?? [])];
  return all.flatMap(({ valueFrom }) => (valueFrom === undefined ? [] : [valueFrom]));
}

type Requirements = readonly { readonly type?: string | undefined; readonly value?: string | undefined }[] | undefined;

function requiredShare(requirements: Requirements): Share {
  const of = (type: string): number => Number(requirements?.find((one) => one.type === type)?.value ?? 0) || 0;
  return { vcpus: of("VCPU"), memoryMib: of("MEMORY"), gpus: of("GPU") };
}

/** `vcpus` and `memory` are the older way to ask. */
function containerShare(container: {
  readonly resourceRequirements?: Requirements;
  readonly vcpus?: number | undefined;
  readonly memory?: number | undefined;
}): Share {
  const required = requiredShare(container.resourceRequirements);
  return {
    vcpus: required.vcpus || (container.vcpus ?? 0),
    memoryMib: required.memoryMib || (container.memory ?? 0),
    gpus: required.gpus,
  };
}

/** A pod is placed by its requests; without them by its limits. */
function podShare(
  resources:
    | { readonly limits?: Record<string, string> | undefined; readonly requests?: Record<string, string> | undefined }
    | undefined,
): Share {
  const of = (name: string): string | undefined => resources?.requests?.[name] ?? resources?.limits?.[name];
  return {
    vcpus: cpuOf(of("cpu")),
    memoryMib: mebibytesOf(of("memory")),
    gpus: Number(of("nvidia.com/gpu") ?? 0) || 0,
  };
}

/** `2`, `0.5`, `500m`. */
function cpuOf(text = "0"): number {
  return (text.endsWith("m") ? Number(text.slice(0, -1)) / 1000 : Number(text)) || 0;
}

const mebibytes: Readonly<Record<string, number>> = {
  Ki: 1 / 1024,
  Mi: 1,
  Gi: 1024,
  Ti: 1024 * 1024,
  k: 1e3 / 1_048_576,
  M: 1e6 / 1_048_576,
  G: 1e9 / 1_048_576,
  "": 1 / 1_048_576,
};

/** A Kubernetes quantity, e.g. `2048Mi`. */
function mebibytesOf(text = "0"): number {
  const [, number = "0", unit = ""] = /^([\d.]+)([A-Za-z]*)$/.exec(text) ?? [];
  return Math.round(Number(number) * (mebibytes[unit] ?? 0)) || 0;
}

function sum(shares: readonly Share[]): Share {
  return shares.reduce(
    (all, one) => ({
      vcpus: all.vcpus + one.vcpus,
      memoryMib: all.memoryMib + one.memoryMib,
      gpus: all.gpus + one.gpus,
    }),
    nothing,
  );
}

function largest(shares: readonly Share[]): Share {
  return shares.reduce(
    (most, one) => ({
      vcpus: Math.max(most.vcpus, one.vcpus),
      memoryMib: Math.max(most.memoryMib, one.memoryMib),
      gpus: Math.max(most.gpus, one.gpus),
    }),
    nothing,
  );
}

function architectureOf(text: string | undefined): JobNeeds["architecture"] {
  if (text === undefined) return undefined;
  return text.toUpperCase() === "ARM64" ? "arm64" : "x86_64";
}
