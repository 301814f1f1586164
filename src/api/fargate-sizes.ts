/**
 * The sizes of tasks that Fargate offers: memory (MiB) for each number of vCPUs.
 * Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
 */

interface FargateSize {
  readonly vcpus: number;
  /** In ascending order. */
  readonly memory: readonly number[] | MemoryRange;
}

/** From the one to the other, each a multiple of the step. */
interface MemoryRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** In ascending order. */
export const fargateSizes: readonly FargateSize[] = [
  { vcpus: 0.25, memory: [512, 1024, 2048] },
  { vcpus: 0.5, memory: [1024, 2048, 3072, 4096] },
  { vcpus: 1, memory: { from: 2048, to: 8192, step: 1024 } },
  { vcpus: 2, memory: { from: 4096, to: 16_384, step: 1024 } },
  { vcpus: 4, memory: { from: 8192, to: 30_720, step: 1024 } },
  { vcpus: 8, memory: { from: 16_384, to: 61_440, step: 4096 } },
  { vcpus: 16, memory: { from: 32_768, to: 122_880, step: 8192 } },
  { vcpus: 32, memory: [61_440, 122_880, 249_856] },
];

/** What Fargate offers with so many vCPUs, in ascending order; none where it offers no such number. */
export function fargateMemory(vcpus: number): readonly number[] {
  const memory = fargateSizes.find((size) => size.vcpus === vcpus)?.memory ?? [];
  if (!("step" in memory)) return memory;
  const { from, to, step } = memory;
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

/** vCPUs and memory (MiB) of the largest size. */
export const largestFargateSize = { vcpus: 32, memory: 249_856 } as const;

/** The smallest size that has at least so much of both; undefined: Fargate has none that is so large. */
export function nextFargateSize(
  vcpus: number,
  memory: number,
): { readonly vcpus: number; readonly memory: number } | undefined {
  for (const size of fargateSizes) {
    const fits = size.vcpus < vcpus ? undefined : fargateMemory(size.vcpus).find((one) => one >= memory);
    if (fits !== undefined) return { vcpus: size.vcpus, memory: fits };
  }
  return undefined;
}
