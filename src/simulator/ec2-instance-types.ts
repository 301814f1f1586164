import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";

type Architecture = "x86_64" | "arm64";

interface Shape {
  readonly architecture: Architecture;
  /** Of the sizes that are multiples of `xlarge`. */
  readonly gibPerVcpu: number;
  readonly sizes: readonly string[];
  readonly gpu?: {
    readonly name: string;
    readonly memoryMib: number;
    readonly counts: Readonly<Record<string, number>>;
  };
  /** Sizes whose memory is not what the ratio says (MiB). */
  readonly memoryMib?: Readonly<Record<string, number>>;
  readonly vcpus?: Readonly<Record<string, number>>;
  readonly spot?: false;
}

const small = ["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];
const medium = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"];
const wide = [...medium, "32xlarge"];
const widest = [...medium, "48xlarge"];
const burst = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"];
const burstMemory = { nano: 512, micro: 1024, small: 2048, medium: 4096, large: 8192, xlarge: 16384, "2xlarge": 32768 };

function x86(gibPerVcpu: number, sizes: readonly string[]): Shape {
  return { architecture: "x86_64", gibPerVcpu, sizes };
}

function arm(gibPerVcpu: number, sizes: readonly string[]): Shape {
  return { architecture: "arm64", gibPerVcpu, sizes };
}

function gpus(
  shape: Shape,
  name: string,
  memoryMib: number,
  counts: Readonly<Record<string, number>>,
  memory?: Readonly<Record<string, number>>,
): Shape {
  return { ...shape, gpu: { name, memoryMib, counts }, ...(memory === undefined ? {} : { memoryMib: memory }) };
}

const nineAndEighteen = ["large", "xlarge", "2xlarge", "4xlarge", "9xlarge", "12xlarge", "18xlarge", "24xlarge"];
const oneGpuTo16 = { xlarge: 1, "2xlarge": 1, "4xlarge": 1, "8xlarge": 1, "16xlarge": 1 };

/** Families with their sizes and memory, from AWS's public pages of instance types. */
const families: Readonly<Record<string, Shape>> = {
  m4: {
    ...x86(4, ["large", "xlarge", "2xlarge", "4xlarge", "10xlarge", "16xlarge"]),
    memoryMib: { "16xlarge": 262144 },
  },
  m5: x86(4, medium),
  m5a: x86(4, medium),
  m5ad: x86(4, medium),
  m5d: x86(4, medium),
  m5n: x86(4, medium),
  m5zn: x86(4, ["large", "xlarge", "2xlarge", "3xlarge", "6xlarge", "12xlarge"]),
  m6a: x86(4, [...wide, "48xlarge"]),
  m6i: x86(4, wide),
  m6id: x86(4, wide),
  m6in: x86(4, wide),
  m6g: arm(4, small),
  m6gd: arm(4, small),
  m7a: x86(4, ["medium", ...wide, "48xlarge"]),
  m7i: x86(4, widest),
  "m7i-flex": x86(4, ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"]),
  m7g: arm(4, small),
  m7gd: arm(4, small),
  m8g: arm(4, [...small, "24xlarge", "48xlarge"]),
  c4: {
    ...x86(1.875, ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge"]),
    vcpus: { "8xlarge": 36 },
    memoryMib: { "8xlarge": 61440 },
  },
  c5: x86(2, nineAndEighteen),
  c5a: x86(2, medium),
  c5ad: x86(2, medium),
  c5d: x86(2, nineAndEighteen),
  c5n: x86(2.625, ["large", "xlarge", "2xlarge", "4xlarge", "9xlarge", "18xlarge"]),
  c6a: x86(2, [...wide, "48xlarge"]),
  c6i: x86(2, wide),
  c6id: x86(2, wide),
  c6in: x86(2, wide),
  c6g: arm(2, small),
  c6gd: arm(2, small),
  c6gn: arm(2, small),
  c7a: x86(2, ["medium", ...wide, "48xlarge"]),
  c7i: x86(2, widest),
  "c7i-flex": x86(2, ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"]),
  c7g: arm(2, small),
  c7gd: arm(2, small),
  c7gn: arm(2, small),
  c8g: arm(2, [...small, "24xlarge", "48xlarge"]),
  r4: x86(7.625, ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]),
  r5: x86(8, medium),
  r5a: x86(8, medium),
  r5d: x86(8, medium),
  r5n: x86(8, medium),
  r6a: x86(8, [...wide, "48xlarge"]),
  r6i: x86(8, wide),
  r6id: x86(8, wide),
  r6g: arm(8, small),
  r6gd: arm(8, small),
  r7a: x86(8, ["medium", ...wide, "48xlarge"]),
  r7i: x86(8, widest),
  r7g: arm(8, small),
  r7gd: arm(8, small),
  r8g: arm(8, [...small, "24xlarge", "48xlarge"]),
  x2gd: arm(16, small),
  x2idn: x86(16, ["16xlarge", "24xlarge", "32xlarge"]),
  x2iedn: x86(32, ["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "24xlarge", "32xlarge"]),
  z1d: x86(8, ["large", "xlarge", "2xlarge", "3xlarge", "6xlarge", "12xlarge"]),
  i3: x86(7.625, ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]),
  i3en: x86(8, ["large", "xlarge", "2xlarge", "3xlarge", "6xlarge", "12xlarge", "24xlarge"]),
  i4i: x86(8, ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge"]),
  im4gn: arm(4, ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]),
  is4gen: arm(6, ["medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge"]),
  d3: x86(8, ["xlarge", "2xlarge", "4xlarge", "8xlarge"]),
  t2: { ...x86(4, burst), memoryMib: burstMemory },
  t3: { ...x86(4, burst), memoryMib: burstMemory },
  t3a: { ...x86(4, burst), memoryMib: burstMemory },
  t4g: { ...arm(4, burst), memoryMib: burstMemory },
  a1: arm(2, ["medium", "large", "xlarge", "2xlarge", "4xlarge"]),
  g4dn: gpus(x86(4, ["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"]), "T4", 16384, {
    ...oneGpuTo16,
    "12xlarge": 4,
  }),
  g5: gpus(
    x86(4, ["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"]),
    "A10G",
    24576,
    { ...oneGpuTo16, "12xlarge": 4, "24xlarge": 4, "48xlarge": 8 },
  ),
  g5g: gpus(arm(2, ["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"]), "T4g", 16384, {
    ...oneGpuTo16,
    "16xlarge": 2,
  }),
  g6: gpus(
    x86(4, ["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"]),
    "L4",
    23436,
    { ...oneGpuTo16, "12xlarge": 4, "24xlarge": 4, "48xlarge": 8 },
  ),
  p3: gpus(x86(7.625, ["2xlarge", "8xlarge", "16xlarge"]), "V100", 16384, {
    "2xlarge": 1,
    "8xlarge": 4,
    "16xlarge": 8,
  }),
  p4d: gpus(x86(12, ["24xlarge"]), "A100", 40960, { "24xlarge": 8 }),
  p5: gpus(x86(10.6667, ["48xlarge"]), "H100", 81920, { "48xlarge": 8 }, { "48xlarge": 2097152 }),
  inf2: x86(4, ["xlarge", "8xlarge", "24xlarge", "48xlarge"]),
  trn1: x86(4, ["2xlarge", "32xlarge"]),
  hpc6a: { ...x86(4, ["48xlarge"]), vcpus: { "48xlarge": 96 }, memoryMib: { "48xlarge": 393216 }, spot: false },
  hpc7g: {
    ...arm(2, ["4xlarge", "8xlarge", "16xlarge"]),
    memoryMib: { "4xlarge": 131072, "8xlarge": 131072, "16xlarge": 131072 },
    spot: false,
  },
};

const fixedVcpus: Readonly<Record<string, number>> = { nano: 2, micro: 2, small: 2, medium: 1, large: 2 };
/** With fewer vCPUs than their successors of the same size. */
const oneVcpuBurst = new Set(["t2.nano", "t2.micro", "t2.small"]);

function vcpusOf(family: string, size: string, shape: Shape): number {
  const given = shape.vcpus?.[size];
  if (given !== undefined) return given;
  if (oneVcpuBurst.has(`${family}.${size}`)) return 1;
  if (family.startsWith("t") && size === "medium") return 2;
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  return times === undefined ? (fixedVcpus[size] ?? 2) : 4 * Number(times === "" ? 1 : times);
}

function infoOf(family: string, size: string, shape: Shape): InstanceTypeInfo {
  const vcpus = vcpusOf(family, size, shape);
  const memoryMib = shape.memoryMib?.[size] ?? Math.round(vcpus * shape.gibPerVcpu * 1024);
  const gpuCount = shape.gpu?.counts[size];
  const threads = shape.architecture === "arm64" || vcpus === 1 ? 1 : 2;
  return {
    InstanceType: `${family}.${size}` as InstanceTypeInfo["InstanceType"],
    CurrentGeneration: !/^(?:m4|c4|r4|t2|i3|a1)$/.test(family),
    BareMetal: false,
    Hypervisor: "nitro",
    ProcessorInfo: { SupportedArchitectures: [shape.architecture] },
    VCpuInfo: { DefaultVCpus: vcpus, DefaultCores: vcpus / threads, DefaultThreadsPerCore: threads },
    MemoryInfo: { SizeInMiB: memoryMib },
    SupportedUsageClasses: shape.spot === false ? ["on-demand"] : ["on-demand", "spot"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    NetworkInfo: {
      MaximumNetworkInterfaces: vcpus < 4 ? 2 : vcpus < 16 ? 4 : vcpus < 64 ? 8 : 15,
      Ipv4AddressesPerInterface: vcpus < 4 ? 10 : vcpus < 16 ? 15 : vcpus < 64 ? 30 : 50,
      Ipv6Supported: true,
      EfaSupported: vcpus >= 96 && !family.startsWith("t"),
    },
    PlacementGroupInfo: {
      SupportedStrategies: family.startsWith("t") ? ["partition", "spread"] : ["cluster", "partition", "spread"],
    },
    ...(gpuCount === undefined || shape.gpu === undefined
      ? {}
      : {
          GpuInfo: {
            Gpus: [
              {
                Name: shape.gpu.name,
                Manufacturer: "NVIDIA",
                Count: gpuCount,
                MemoryInfo: { SizeInMiB: shape.gpu.memoryMib },
              },
            ],
            TotalGpuMemoryInMiB: gpuCount * shape.gpu.memoryMib,
          },
        }),
  };
}

/** The instance types that the simulated EC2 can describe, by name. */
export const instanceTypes: ReadonlyMap<string, InstanceTypeInfo> = new Map(
  Object.entries(families).flatMap(([family, shape]) =>
    shape.sizes.map((size) => [`${family}.${size}`, infoOf(family, size, shape)] as const),
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
