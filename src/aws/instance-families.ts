/**
 * EC2's families of instance types, as its documentation lists them: what `instance-types.ts` knows, and what the
 * simulated EC2 describes.
 */

/** A size with its number of vCPUs, memory in GiB and GPUs, where the rule of its family does not give them. */
export type Odd = readonly [size: string, vcpus: number, memoryGib: number, gpus?: number];

export interface Family {
  readonly names: readonly string[];
  readonly architecture?: "x86_64" | "arm64";
  /** GiB for each vCPU. */
  readonly ratio: number;
  /** Regular sizes: `medium` has 1 vCPU, `large` 2, `<n>xlarge` 4n. */
  readonly sizes: string;
  readonly odd?: readonly Odd[];
  /** The GPUs of its sizes that have some. */
  readonly gpu?: { readonly name: string; readonly memoryMib: number };
  /** There is no Spot capacity. */
  readonly onDemandOnly?: true;
}

const fifth = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge";
const sixth = `${fifth} 32xlarge`;
const amdSixth = `${fifth} 32xlarge 48xlarge`;
const seventh = `${fifth} 48xlarge`;
const graviton = "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge";
const graviton4 = `${graviton} 24xlarge 48xlarge`;
const flex = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge";
const arm = "arm64" as const;

export const families: readonly Family[] = [
  { names: ["m4"], ratio: 4, sizes: "large xlarge 2xlarge 4xlarge 10xlarge 16xlarge" },
  { names: ["m5", "m5d", "m5n", "m5dn"], ratio: 4, sizes: fifth, odd: [["metal", 96, 384]] },
  { names: ["m5a", "m5ad"], ratio: 4, sizes: fifth },
  { names: ["m5zn"], ratio: 4, sizes: "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge", odd: [["metal", 48, 192]] },
  { names: ["m6i", "m6id", "m6in", "m6idn"], ratio: 4, sizes: sixth, odd: [["metal", 128, 512]] },
  { names: ["m6a"], ratio: 4, sizes: amdSixth, odd: [["metal", 192, 768]] },
  { names: ["m6g", "m6gd"], architecture: arm, ratio: 4, sizes: graviton, odd: [["metal", 64, 256]] },
  {
    names: ["m7i"],
    ratio: 4,
    sizes: seventh,
    odd: [
      ["metal-24xl", 96, 384],
      ["metal-48xl", 192, 768],
    ],
  },
  { names: ["m7i-flex"], ratio: 4, sizes: flex },
  { names: ["m7a"], ratio: 4, sizes: `medium ${amdSixth}`, odd: [["metal-48xl", 192, 768]] },
  { names: ["m7g", "m7gd"], architecture: arm, ratio: 4, sizes: graviton, odd: [["metal", 64, 256]] },
  {
    names: ["m8g", "m8gd"],
    architecture: arm,
    ratio: 4,
    sizes: graviton4,
    odd: [
      ["metal-24xl", 96, 384],
      ["metal-48xl", 192, 768],
    ],
  },
  { names: ["c4"], ratio: 1.875, sizes: "large xlarge 2xlarge 4xlarge", odd: [["8xlarge", 36, 60]] },
  {
    names: ["c5", "c5d"],
    ratio: 2,
    sizes: "large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge",
    odd: [["metal", 96, 192]],
  },
  { names: ["c5a", "c5ad"], ratio: 2, sizes: fifth },
  {
    names: ["c5n"],
    ratio: 2.625,
    sizes: "large xlarge 2xlarge 4xlarge",
    odd: [
      ["9xlarge", 36, 96],
      ["18xlarge", 72, 192],
      ["metal", 72, 192],
    ],
  },
  { names: ["c6i", "c6id", "c6in"], ratio: 2, sizes: sixth, odd: [["metal", 128, 256]] },
  { names: ["c6a"], ratio: 2, sizes: amdSixth, odd: [["metal", 192, 384]] },
  { names: ["c6g", "c6gd", "c6gn"], architecture: arm, ratio: 2, sizes: graviton, odd: [["metal", 64, 128]] },
  {
    names: ["c7i"],
    ratio: 2,
    sizes: seventh,
    odd: [
      ["metal-24xl", 96, 192],
      ["metal-48xl", 192, 384],
    ],
  },
  { names: ["c7i-flex"], ratio: 2, sizes: flex },
  { names: ["c7a"], ratio: 2, sizes: `medium ${amdSixth}`, odd: [["metal-48xl", 192, 384]] },
  { names: ["c7g", "c7gd", "c7gn"], architecture: arm, ratio: 2, sizes: graviton, odd: [["metal", 64, 128]] },
  {
    names: ["c8g", "c8gd"],
    architecture: arm,
    ratio: 2,
    sizes: graviton4,
    odd: [
      ["metal-24xl", 96, 192],
      ["metal-48xl", 192, 384],
    ],
  },
  {
    names: ["r4"],
    ratio: 7.625,
    sizes: "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge",
  },
  { names: ["r5", "r5d", "r5b", "r5n", "r5dn"], ratio: 8, sizes: fifth, odd: [["metal", 96, 768]] },
  { names: ["r5a", "r5ad"], ratio: 8, sizes: fifth },
  { names: ["r6i", "r6id", "r6in", "r6idn"], ratio: 8, sizes: sixth, odd: [["metal", 128, 1024]] },
  { names: ["r6a"], ratio: 8, sizes: amdSixth, odd: [["metal", 192, 1536]] },
  { names: ["r6g", "r6gd"], architecture: arm, ratio: 8, sizes: graviton, odd: [["metal", 64, 512]] },
  {
    names: ["r7i"],
    ratio: 8,
    sizes: seventh,
    odd: [
      ["metal-24xl", 96, 768],
      ["metal-48xl", 192, 1536],
    ],
  },
  { names: ["r7a"], ratio: 8, sizes: `medium ${amdSixth}`, odd: [["metal-48xl", 192, 1536]] },
  { names: ["r7g", "r7gd"], architecture: arm, ratio: 8, sizes: graviton, odd: [["metal", 64, 512]] },
  {
    names: ["r8g", "r8gd"],
    architecture: arm,
    ratio: 8,
    sizes: graviton4,
    odd: [
      ["metal-24xl", 96, 768],
      ["metal-48xl", 192, 1536],
    ],
  },
  { names: ["x1"], ratio: 15.25, sizes: "16xlarge 32xlarge" },
  { names: ["x1e"], ratio: 30.5, sizes: "xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge" },
  { names: ["x2idn"], ratio: 16, sizes: "16xlarge 24xlarge 32xlarge", odd: [["metal", 128, 2048]] },
  {
    names: ["x2iedn"],
    ratio: 32,
    sizes: "xlarge 2xlarge 4xlarge 8xlarge 16xlarge 24xlarge 32xlarge",
    odd: [["metal", 128, 4096]],
  },
  { names: ["x2gd"], architecture: arm, ratio: 16, sizes: graviton, odd: [["metal", 64, 1024]] },
  { names: ["z1d"], ratio: 8, sizes: "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge", odd: [["metal", 48, 384]] },
  {
    names: ["i3"],
    ratio: 7.625,
    sizes: "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge",
    odd: [["metal", 72, 512]],
  },
  {
    names: ["i3en"],
    ratio: 8,
    sizes: "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge",
    odd: [["metal", 96, 768]],
  },
  { names: ["i4i"], ratio: 8, sizes: sixth, odd: [["metal", 128, 1024]] },
  { names: ["im4gn"], architecture: arm, ratio: 4, sizes: "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge" },
  { names: ["is4gen"], architecture: arm, ratio: 6, sizes: "medium large xlarge 2xlarge 4xlarge 8xlarge" },
  { names: ["d3"], ratio: 8, sizes: "xlarge 2xlarge 4xlarge 8xlarge" },
  { names: ["a1"], architecture: arm, ratio: 2, sizes: "medium large xlarge 2xlarge 4xlarge" },
  { names: ["inf2"], ratio: 4, sizes: "xlarge 8xlarge 24xlarge 48xlarge" },
  { names: ["trn1"], ratio: 4, sizes: "2xlarge 32xlarge" },
  { names: ["hpc6a"], ratio: 4, sizes: "", odd: [["48xlarge", 96, 384]], onDemandOnly: true },
  {
    names: ["hpc7g"],
    architecture: arm,
    ratio: 2,
    sizes: "",
    odd: [
      ["4xlarge", 16, 128],
      ["8xlarge", 32, 128],
      ["16xlarge", 64, 128],
    ],
    onDemandOnly: true,
  },
  {
    names: ["t2"],
    ratio: 4,
    sizes: "",
    odd: [
      ["nano", 1, 0.5],
      ["micro", 1, 1],
      ["small", 1, 2],
      ["medium", 2, 4],
      ["large", 2, 8],
      ["xlarge", 4, 16],
      ["2xlarge", 8, 32],
    ],
  },
  {
    names: ["t3", "t3a"],
    ratio: 4,
    sizes: "large xlarge 2xlarge",
    odd: [
      ["nano", 2, 0.5],
      ["micro", 2, 1],
      ["small", 2, 2],
      ["medium", 2, 4],
    ],
  },
  {
    names: ["t4g"],
    architecture: arm,
    ratio: 4,
    sizes: "large xlarge 2xlarge",
    odd: [
      ["nano", 2, 0.5],
      ["micro", 2, 1],
      ["small", 2, 2],
      ["medium", 2, 4],
    ],
  },
  {
    names: ["g3"],
    ratio: 7.625,
    sizes: "",
    gpu: { name: "M60", memoryMib: 8192 },
    odd: [
      ["4xlarge", 16, 122, 1],
      ["8xlarge", 32, 244, 2],
      ["16xlarge", 64, 488, 4],
    ],
  },
  { names: ["g3s"], ratio: 7.625, sizes: "", gpu: { name: "M60", memoryMib: 8192 }, odd: [["xlarge", 4, 30.5, 1]] },
  {
    names: ["g4dn"],
    ratio: 4,
    sizes: "",
    gpu: { name: "T4", memoryMib: 16384 },
    odd: [...oneGpu(4), ["12xlarge", 48, 192, 4], ["metal", 96, 384, 8]],
  },
  { names: ["g5"], ratio: 4, sizes: "", gpu: { name: "A10G", memoryMib: 24576 }, odd: upToEightGpus(4) },
  { names: ["g6"], ratio: 4, sizes: "", gpu: { name: "L4", memoryMib: 23436 }, odd: upToEightGpus(4) },
  {
    names: ["g6e"],
    ratio: 8,
    sizes: "",
    gpu: { name: "L40S", memoryMib: 45776 },
    odd: upToEightGpus(8),
  },
  {
    names: ["gr6"],
    ratio: 8,
    sizes: "",
    gpu: { name: "L4", memoryMib: 23436 },
    odd: [
      ["4xlarge", 16, 128, 1],
      ["8xlarge", 32, 256, 1],
    ],
  },
  {
    names: ["g5g"],
    architecture: arm,
    ratio: 2,
    sizes: "",
    gpu: { name: "T4g", memoryMib: 16384 },
    odd: [
      ["xlarge", 4, 8, 1],
      ["2xlarge", 8, 16, 1],
      ["4xlarge", 16, 32, 1],
      ["8xlarge", 32, 64, 1],
      ["16xlarge", 64, 128, 2],
      ["metal", 64, 128, 2],
    ],
  },
  {
    names: ["p2"],
    ratio: 15.25,
    sizes: "",
    gpu: { name: "K80", memoryMib: 12288 },
    odd: [
      ["xlarge", 4, 61, 1],
      ["8xlarge", 32, 488, 8],
      ["16xlarge", 64, 732, 16],
    ],
  },
  {
    names: ["p3"],
    ratio: 7.625,
    sizes: "",
    gpu: { name: "V100", memoryMib: 16384 },
    odd: [
      ["2xlarge", 8, 61, 1],
      ["8xlarge", 32, 244, 4],
      ["16xlarge", 64, 488, 8],
    ],
  },
  { names: ["p3dn"], ratio: 8, sizes: "", gpu: { name: "V100", memoryMib: 32768 }, odd: [["24xlarge", 96, 768, 8]] },
  { names: ["p4d"], ratio: 12, sizes: "", gpu: { name: "A100", memoryMib: 40960 }, odd: [["24xlarge", 96, 1152, 8]] },
  { names: ["p4de"], ratio: 12, sizes: "", gpu: { name: "A100", memoryMib: 81920 }, odd: [["24xlarge", 96, 1152, 8]] },
  {
    names: ["p5"],
    ratio: 10,
    sizes: "",
    gpu: { name: "H100", memoryMib: 81920 },
    odd: [
      ["4xlarge", 16, 256, 1],
      ["48xlarge", 192, 2048, 8],
    ],
  },
  {
    names: ["p5e", "p5en"],
    ratio: 10,
    sizes: "",
    gpu: { name: "H200", memoryMib: 144384 },
    odd: [["48xlarge", 192, 2048, 8]],
  },
];

function oneGpu(ratio: number): Odd[] {
  return [1, 2, 4, 8, 16].map((times) => [`${times === 1 ? "" : times}xlarge`, 4 * times, 4 * times * ratio, 1]);
}

/** The sizes of g5 and what came after it. */
function upToEightGpus(ratio: number): Odd[] {
  return [
    ...oneGpu(ratio),
    ["12xlarge", 48, 48 * ratio, 4],
    ["24xlarge", 96, 96 * ratio, 4],
    ["48xlarge", 192, 192 * ratio, 8],
  ];
}
