import { invalid } from "./refusals.ts";

/** Memory (MiB) of Fargate for each number of vCPUs: a range with its step, or single values. */
const sizes: ReadonlyMap<number, (memory: number) => boolean> = new Map([
  [0.25, oneOf(512, 1024, 2048)],
  [0.5, range(1024, 4096, 1024)],
  [1, range(2048, 8192, 1024)],
  [2, range(4096, 16_384, 1024)],
  [4, range(8192, 30_720, 1024)],
  [8, range(16_384, 61_440, 4096)],
  [16, range(32_768, 122_880, 8192)],
  [32, oneOf(61_440, 122_880, 249_856)],
]);

/** @throws Refusal if Fargate has no task of this size; NaN means "not given" */
export function requireFargateSize(vcpus: number, memory: number): void {
  if (Number.isNaN(vcpus)) throw invalid("vCPU is required.");
  const fits = sizes.get(vcpus);
  if (fits === undefined) throw invalid(`Fargate resource requirements (${vcpus.toFixed(2)} vCPU) not valid.`);
  if (!fits(memory)) {
    throw invalid(`Fargate resource requirements (${vcpus.toFixed(2)} vCPU, ${memory} MiB) not valid.`);
  }
}

function oneOf(...values: readonly number[]): (memory: number) => boolean {
  return (memory) => values.includes(memory);
}

function range(from: number, to: number, step: number): (memory: number) => boolean {
  return (memory) => memory >= from && memory <= to && (memory - from) % step === 0;
}
