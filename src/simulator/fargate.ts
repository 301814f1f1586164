import { fargateMemory } from "../api/fargate-sizes.ts";
import { invalid } from "./refusals.ts";

/** @throws Refusal if Fargate has no task of this size; NaN means "not given" */
export function requireFargateSize(vcpus: number, memory: number): void {
  if (Number.isNaN(vcpus)) throw invalid("vCPU is required.");
  const offered = fargateMemory(vcpus);
  if (offered.length === 0) throw invalid(`Fargate resource requirements (${vcpus.toFixed(2)} vCPU) not valid.`);
  if (!offered.includes(memory)) {
    throw invalid(`Fargate resource requirements (${vcpus.toFixed(2)} vCPU, ${memory} MiB) not valid.`);
  }
}
