import { isWrite } from "../../transcript.ts";
import type { OracleFactory, Watched } from "../oracle.ts";
import { liveEnvironments } from "./reading.ts";

/** An endpoint is available, and names lead to it, within this time after it was asked for. */
const settlesMs = 180_000;
const inNetwork = /VpcEndpoint|SecurityGroup/;

/** Whether the instances of an environment join its cluster, with what it has in AWS. */
interface Way {
  readonly resources: string;
  readonly why: string | undefined;
}

/**
 * Promise 5, and no outage: when the operator makes or deletes endpoints or security groups, no environment is cut off,
 * whoever it belongs to, also one in DELETING. What joined its cluster before goes on to.
 *
 * Not against it: an environment that no read could have shown yet when the write left.
 */
export const waysStay: OracleFactory = (watched) => {
  /** By name of an environment: when it was made, monotonic ms. */
  const madeAt = new Map<string, number>();
  let ways: ReadonlyMap<string, Way> | undefined;
  let watchedUntil = 0;
  const judged = (before: ReadonlyMap<string, Way>): string | undefined => {
    const now = observe(watched);
    const settling = isSettling(watched);
    ways = settling ? new Map([...now, ...before]) : now;
    for (const environment of settling ? [] : liveEnvironments(watched)) {
      const name = environment.computeEnvironmentName;
      const [was, is] = [before.get(name), now.get(name)];
      if (was === undefined || was.why !== undefined || is?.why === undefined || is.resources !== was.resources)
        continue;
      return `${name} (${environment.status}) is cut off: ${is.why}`;
    }
    return undefined;
  };
  return {
    name: "5 nothing of ours cuts an environment off",
    onEffect(call, phase) {
      const { computeEnvironmentName: made } = call.input as { readonly computeEnvironmentName?: string };
      if (call.operation === "CreateComputeEnvironment" && made !== undefined)
        madeAt.set(made, watched.clock.monotonic());
      if (!isWrite(call) || !inNetwork.test(call.operation)) return undefined;
      if (phase === "before") {
        ways ??= observe(watched);
        watchedUntil = watched.clock.monotonic() + settlesMs;
      } else if (call.by === "operator") {
        const known = watched.releasedAt(call) - watched.shownWithinMs();
        const before = [...(ways ?? observe(watched))].filter(([name]) => (madeAt.get(name) ?? 0) <= known);
        return judged(new Map(before));
      } else ways = observe(watched);
      return undefined;
    },
    onTick() {
      if (ways === undefined) return undefined;
      const broken = judged(ways);
      if (watched.clock.monotonic() > watchedUntil) ways = undefined;
      return broken;
    },
  };
};

function observe(watched: Watched): ReadonlyMap<string, Way> {
  const { truth } = watched.aws;
  return new Map(
    liveEnvironments(watched).flatMap(({ computeEnvironmentName, computeResources }): readonly [string, Way][] => {
      const isJoined = computeResources?.type === "EC2" || computeResources?.type === "SPOT";
      if (!isJoined) return [];
      const { subnets, securityGroupIds } = computeResources;
      const why = truth.whyNoInstanceJoins(computeResources);
      return [[computeEnvironmentName, { resources: JSON.stringify([subnets, securityGroupIds]), why }]];
    }),
  );
}

/** An endpoint that gets more subnets is pending once more. */
function isSettling({ aws }: Watched): boolean {
  return aws.truth.vpcEndpoints().some(({ State }) => State?.toLowerCase() === "pending");
}
