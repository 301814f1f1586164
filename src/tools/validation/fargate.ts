import { largestFargateSize, nextFargateSize } from "../../api/fargate-sizes.ts";
import { fargateSizeMessage } from "../../api/v1alpha1/platform-rules.ts";
import { isRecord } from "./defaults.ts";
import type { Finding } from "./problem.ts";

/** Which size of Fargate is meant: a rule of the API server has one text for all values. Pure. */

/**
 * A finding, with the next size that Fargate offers in place of all of them where it is about sizes.
 * @param object of any kind, as a person wrote it
 */
export function withNextSize(finding: Finding, object: unknown): Finding {
  const spec = isRecord(object) ? object["spec"] : undefined;
  if (!finding.message.endsWith(fargateSizeMessage) || !isRecord(spec)) return finding;
  return { ...finding, message: messageFor(finding.message, spec) };
}

function messageFor(message: string, spec: Readonly<Record<string, unknown>>): string {
  const asked = askedSizes(spec).find(({ vcpus, memory }) => {
    const next = nextFargateSize(vcpus, memory);
    return next?.vcpus !== vcpus || next.memory !== memory;
  });
  if (asked === undefined) return message;
  const { vcpus, memory } = asked;
  const next = nextFargateSize(vcpus, memory);
  const found = `${vcpus} vCPU with ${memory} MiB`;
  return next === undefined
    ? message.replace(
        fargateSizeMessage,
        `Fargate offers nothing as large as ${found}: use at most ${largestFargateSize.vcpus} vCPU and ${largestFargateSize.memory} MiB`,
      )
    : message.replace(
        fargateSizeMessage,
        `Fargate does not offer ${found}: use ${next.vcpus} vCPU with ${next.memory} MiB, the next size that has both`,
      );
}

interface AskedSize {
  readonly vcpus: number;
  readonly memory: number;
}

/** Of the container, or of each task the sum over its containers. */
function askedSizes({ containerProperties, ecsProperties }: Readonly<Record<string, unknown>>): readonly AskedSize[] {
  const tasks =
    isRecord(ecsProperties) && Array.isArray(ecsProperties["taskProperties"]) ? ecsProperties["taskProperties"] : [];
  const ofTasks = tasks
    .filter(isRecord)
    .map(({ containers }): readonly unknown[] => (Array.isArray(containers) ? containers : []));
  return [[containerProperties], ...ofTasks]
    .filter((containers) => containers.some(isRecord))
    .map((containers) => ({
      vcpus: sumOf(containers, "VCPU"),
      memory: sumOf(containers, "MEMORY"),
    }));
}

function sumOf(containers: readonly unknown[], type: string): number {
  const values = containers.flatMap((container) => {
    const all = isRecord(container) ? container["resourceRequirements"] : undefined;
    return Array.isArray(all) ? all.filter(isRecord).filter((one) => one["type"] === type) : [];
  });
  return values.reduce((sum, { value }) => sum + Number(value), 0);
}
