import { lookupsOf } from "../../src/network/lookups.ts";
import type { ServiceNeed } from "../../src/network/needs.ts";
import { trace } from "../../src/network/path.ts";
import type { Verdict } from "../../src/network/verdict.ts";
import { randomNetwork } from "./random-network.ts";
import { walk } from "./walker.ts";

export const services = ["ecs", "s3", "registry"] as const;

export interface Agreement {
  /** Where the two differ, for a person to replay. */
  readonly differences: readonly string[];
  /** How often each cause, or `Reachable`, was found. */
  readonly found: ReadonlyMap<string, number>;
}

/** Asks the preflight and the packet walker about every service from the networks of these seeds. */
export function compare(seeds: Iterable<number>): Agreement {
  const differences: string[] = [];
  const found = new Map<string, number>();
  for (const seed of seeds) {
    for (const service of services) {
      const { verdict, answer } = both(seed, service);
      if (verdict.kind !== answer) differences.push(`seed ${seed}, ${service}: ${answer}, not ${words(verdict)}`);
      const cause = verdict.kind === "reachable" ? "Reachable" : verdict.stop.cause;
      found.set(cause, (found.get(cause) ?? 0) + 1);
    }
  }
  return { differences, found };
}

export function* seeds(first: number, last: number): Generator<number> {
  for (let seed = first; seed <= last; seed += 1) yield seed;
}

function both(seed: number, service: string): { verdict: Verdict; answer: string } {
  const { facts, start } = randomNetwork(seed);
  const subnets = facts.subnets.kind === "read" ? facts.subnets.value : [];
  const subnet = subnets.find(({ subnetId }) => subnetId === start.subnetId);
  if (subnet === undefined) throw new Error("no such subnet");
  const need: ServiceNeed = { service, host: service, neededBy: "environment", because: "" };
  return { verdict: trace({ ...start, subnet }, need, lookupsOf(facts)), answer: walk(facts, start, service) };
}

function words(verdict: Verdict): string {
  return verdict.kind === "reachable" ? verdict.kind : `${verdict.kind}: ${verdict.stop.message}`;
}
