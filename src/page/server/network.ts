import { nameOf, sharedWays } from "../../network/picture.ts";
import type { Path, Preflight } from "../../network/preflight.ts";
import { sentenceOf } from "../../network/remedies.ts";
import type { NetworkPicture, NetworkWay } from "./model.ts";

/** The paths of an environment's instances, hop by hop, and what is missing. Pure. */
export function networkPicture({ state, subnets, findings }: Preflight): NetworkPicture {
  return {
    state,
    subnets: subnets.map(({ subnetId, zone, state: subnetState, paths }) => ({
      subnetId,
      zone,
      state: subnetState,
      ways: sharedWays(paths).flatMap(([first, ...others]) => (first === undefined ? [] : [wayOf(first, others)])),
    })),
    findings: findings.map((finding) => ({
      state: finding.state,
      cause: finding.cause,
      message: finding.message,
      prevents: finding.neededBy === "environment" ? "instances from joining" : "some jobs from running",
      subnetIds: finding.subnetIds,
      services: [...new Set(finding.needs.map(nameOf))],
      fixes: finding.remedies.map(sentenceOf),
    })),
  };
}

function wayOf({ need, verdict }: Path, others: readonly Path[]): NetworkWay {
  const services = [...new Set([need, ...others.map((other) => other.need)].map(nameOf))];
  // The subnet is the title, and the services are the end of the way.
  const hops = verdict.hops.filter(({ kind }) => kind !== "subnet" && kind !== "service");
  if (verdict.kind === "reachable") return { services, hops, end: { kind: "reached", assumed: verdict.assumed } };
  const { cause, message } = verdict.stop;
  return { services, hops, end: { kind: verdict.kind === "unreachable" ? "stopped" : "unknown", cause, message } };
}
