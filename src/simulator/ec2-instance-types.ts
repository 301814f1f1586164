import type { GpuInfo, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { type Family, families } from "../aws/instance-families.ts";
import { type InstanceType, typesOf } from "../aws/instance-types.ts";

function infoOf({ name, vcpus, memoryMib, gpus, architecture }: InstanceType, family: Family): InstanceTypeInfo {
  const threads = architecture === "arm64" || vcpus === 1 ? 1 : 2;
  return {
    InstanceType: name as InstanceTypeInfo["InstanceType"],
    CurrentGeneration: !/^(?:m4|c4|r4|t2|i3|a1)\./.test(name),
    BareMetal: name.includes(".metal"),
    Hypervisor: "nitro",
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    VCpuInfo: { DefaultVCpus: vcpus, DefaultCores: vcpus / threads, DefaultThreadsPerCore: threads },
    MemoryInfo: { SizeInMiB: memoryMib },
    SupportedUsageClasses: family.onDemandOnly === true ? ["on-demand"] : ["on-demand", "spot"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    NetworkInfo: {
      MaximumNetworkInterfaces: vcpus < 4 ? 2 : vcpus < 16 ? 4 : vcpus < 64 ? 8 : 15,
      Ipv4AddressesPerInterface: vcpus < 4 ? 10 : vcpus < 16 ? 15 : vcpus < 64 ? 30 : 50,
      Ipv6Supported: true,
      EfaSupported: vcpus >= 96 && !/^t\d/.test(name),
    },
    PlacementGroupInfo: {
      SupportedStrategies: /^t\d/.test(name) ? ["partition", "spread"] : ["cluster", "partition", "spread"],
    },
    ...(family.gpu === undefined ? {} : { GpuInfo: gpuInfo(family.gpu, gpus) }),
  };
}

function gpuInfo({ name, memoryMib }: NonNullable<Family["gpu"]>, count: number): GpuInfo {
  return {
    Gpus: [{ Name: name, Manufacturer: "NVIDIA", Count: count, MemoryInfo: { SizeInMiB: memoryMib } }],
    TotalGpuMemoryInMiB: count * memoryMib,
  };
}

/** The instance types that the simulated EC2 can describe, by name. */
export const instanceTypes: ReadonlyMap<string, InstanceTypeInfo> = new Map(
  families.flatMap((family) =>
    family.names.flatMap((name) => typesOf(name, family).map((type) => [type.name, infoOf(type, family)] as const)),
  ),
);

/** Types that one zone of each region does not have, as the newest and the rarest often are. */
export function isOfferedIn(type: string, zone: string): boolean {
  return !(zone.endsWith("c") && /^(?:p\d|hpc|trn|x2iedn|c8g|m8g|r8g)/.test(type));
}

export const bundles: ReadonlySet<string> = new Set(["optimal", "default_x86_64", "default_arm64"]);
const family =
  /^(?:a1|c[1-8]\w*(?:-flex)?|d[23]\w*|f[12]|g[3-6]\w*|gr6|h1|hpc[67]\w*|i[2-8]\w*|im4gn|inf[12]|is4gen|m[1-8]\w*(?:-flex)?|p[2-6]\w*|r[3-8]\w*|t[1-4]\w*|trn[12]\w*|u-\w+|vt1|x[128]\w*|z1d)$/;
const size = /^(?:nano|micro|small|medium|large|\d*xlarge|metal(?:-\d+xl)?)$/;

/** Whether EC2 knows the instance type, family or bundle of an entry of `instanceTypes`. */
export function isKnownInstanceType(entry: string): boolean {
  if (bundles.has(entry)) return true;
  const [name = "", ofSize, ...rest] = entry.split(".");
  return rest.length === 0 && family.test(name) && (ofSize === undefined || size.test(ofSize));
}

export function isBundle(entry: string): boolean {
  return bundles.has(entry);
}

export function isArm(entry: string): boolean {
  const name = entry.split(".")[0] ?? "";
  return entry === "default_arm64" || name === "a1" || /^(?:[a-z]+\d+[a-z]*g[a-z]*|im4gn|is4gen)$/.test(name);
}

export function hasGpu(entry: string): boolean {
  return /^(?:p[2-6]|g[3-6]|gr6)/.test(entry);
}

/** vCPUs of the largest instance that an entry of `instanceTypes` allows. */
export function largestVcpus(entry: string): number {
  const ofSize = entry.split(".")[1];
  if (ofSize === undefined || ofSize.startsWith("metal")) return 192;
  if (ofSize === "large") return 2;
  const times = /^(\d*)xlarge$/.exec(ofSize);
  return times === null ? 2 : 4 * Number(times[1] === "" ? 1 : times[1]);
}
