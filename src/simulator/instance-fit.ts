import type { ComputeResource } from "@aws-sdk/client-batch";
import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { instanceTypes, largestVcpus } from "./ec2-instance-types.ts";
import type { StoredJob } from "./stored-job.ts";

/** Memory for containers after kernel and ECS agent: an m4.large of 8192 MiB registers 7985. */
const registeredShare = 0.97;

const bundles: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    optimal: ["m5", "c5", "r5", "m6i", "c6i", "r6i"],
    default_x86_64: ["m6i", "c6i", "r6i", "c7i"],
    default_arm64: ["m6g", "c6g", "r6g", "c7g"],
  }),
);

/** Whether Batch finds an instance type on which the job fits. */
export function fitsAnInstance(job: StoredJob, resources: ComputeResource): boolean {
  return (resources.instanceTypes ?? []).some((entry) => {
    const types = (bundles.get(entry) ?? [entry]).flatMap(typesOf);
    return types.length === 0 ? largestVcpus(entry) >= job.vcpus : types.some((type) => holds(type, job));
  });
}

function typesOf(entry: string): InstanceTypeInfo[] {
  const exact = instanceTypes.get(entry);
  if (exact !== undefined) return [exact];
  return [...instanceTypes].flatMap(([name, type]) => (name.startsWith(`${entry}.`) ? [type] : []));
}

function holds({ VCpuInfo, MemoryInfo, GpuInfo, ProcessorInfo }: InstanceTypeInfo, job: StoredJob): boolean {
  const gpus = (GpuInfo?.Gpus ?? []).reduce((sum, { Count: count = 0 }) => sum + count, 0);
  const memory = Math.floor((MemoryInfo?.SizeInMiB ?? 0) * registeredShare);
  const cpuArchitecture = job.definition.containerProperties?.runtimePlatform?.cpuArchitecture;
  const architecture = cpuArchitecture === "ARM64" ? "arm64" : "x86_64";
  return (
    (VCpuInfo?.DefaultVCpus ?? 0) >= job.vcpus &&
    memory >= requested(job, "MEMORY") &&
    gpus >= requested(job, "GPU") &&
    (cpuArchitecture === undefined || (ProcessorInfo?.SupportedArchitectures ?? []).includes(architecture))
  );
}

/** Requested MiB or GPUs of a container; other bodies always fit. */
function requested(
  { request, definition: { containerProperties: container } }: StoredJob,
  type: "MEMORY" | "GPU",
): number {
  const lists = [request.containerOverrides?.resourceRequirements, container?.resourceRequirements];
  const value = lists.flatMap((list) => list ?? []).find((one) => one.type === type)?.value;
  return Number(value ?? (type === "MEMORY" ? (container?.memory ?? 0) : 0));
}
