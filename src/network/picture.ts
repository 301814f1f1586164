/** A path as text: subnet → route → gateway → endpoint, and where it ends. Pure. */

import type { Path, Preflight, SubnetResult } from "./preflight.ts";
import { list } from "./remedies.ts";
import type { Hop, Verdict } from "./verdict.ts";

export interface Strokes {
  readonly down: string;
  readonly ends: string;
  readonly doubt: string;
}

const lineStrokes: Strokes = { down: "→", ends: "✗", doubt: "?" };
export const asciiStrokes: Strokes = { down: "->", ends: "x", doubt: "?" };

/**
 * One block of lines for each subnet and each path of its traffic; services with the same path share a block.
 */
export function picture({ subnets }: Preflight, strokes: Strokes = lineStrokes): readonly string[] {
  return subnets.flatMap((subnet) => subnetPicture(subnet, strokes));
}

function subnetPicture({ subnetId, zone, paths }: SubnetResult, strokes: Strokes): readonly string[] {
  const title = zone === undefined ? subnetId : `${subnetId} (${zone})`;
  if (paths.length === 0) return [title, `  ${strokes.doubt} no path was traced`];
  return sharedWays(paths).flatMap((ways) => {
    const [first] = ways;
    if (first === undefined) return [];
    const services = list([...new Set(ways.map(({ need }) => nameOf(need)))]);
    return [`${title} to ${services}`, ...lines(first.verdict, strokes)];
  });
}

/** The path in one line, e.g. `rtb-1 (0.0.0.0/0 → nat-1) → nat-1 → igw-1`. */
export function way({ hops }: Verdict): string {
  return hops.filter(isShown).map(short).join(" → ");
}

function lines(verdict: Verdict, { down, ends, doubt }: Strokes): readonly string[] {
  const passed = verdict.hops
    .slice(1)
    .filter(({ kind }) => kind !== "service")
    .map(({ id, detail }) => `  ${down} ${id}: ${detail}`);
  // Arrows inside a hop's text are drawn like those between hops.
  const drawn = passed.map((line) => line.replaceAll("→", down));
  switch (verdict.kind) {
    case "reachable": {
      const taken = verdict.assumed.map((what) => `  ${doubt} assumed: ${what}`);
      return [...drawn, `  ${down} reached`, ...taken];
    }
    case "unreachable":
      return [...drawn, `  ${ends} ends here, ${verdict.stop.cause}: ${verdict.stop.message}`];
    case "unknown":
      return [...drawn, `  ${doubt} unknown, ${verdict.stop.cause}: ${verdict.stop.message}`];
  }
}

/** Paths by the way that their traffic takes, and where it ends. */
export function sharedWays(paths: readonly Path[]): readonly (readonly Path[])[] {
  const ways = new Map<string, Path[]>();
  for (const path of paths) {
    const { kind, hops } = path.verdict;
    const end = path.verdict.kind === "reachable" ? "" : path.verdict.stop.message;
    const key = JSON.stringify([kind, hops.filter((hop) => hop.kind !== "service"), end]);
    ways.set(key, [...(ways.get(key) ?? []), path]);
  }
  return [...ways.values()];
}

/** The service, or the host of a registry. */
export function nameOf({ service, host }: Path["need"]): string {
  return service === "registry" ? host : service;
}

function isShown({ kind }: Hop): boolean {
  return kind !== "subnet" && kind !== "securityGroup" && kind !== "networkAcl" && kind !== "service";
}

function short({ kind, id, detail }: Hop): string {
  return kind === "routeTable" ? `${id} (${detail})` : id;
}
