import { computeEnvironment, ec2, jobDefinition, jobQueue } from "../test/manifests.ts";

/** At most 25 environments and 25 queues, because AWS allows 50 of each; the rest are job definitions. */
export function manifestsOf(count: number) {
  const pairs = Math.min(25, Math.floor(count / 4));
  return [
    ...Array.from({ length: pairs }, (_, index) => computeEnvironment(`ce-${index}`, ec2)),
    ...Array.from({ length: pairs }, (_, index) => jobQueue(`q-${index}`, [`ce-${index}`])),
    ...Array.from({ length: count - 2 * pairs }, (_, index) => jobDefinition(`jd-${index}`)),
  ];
}
