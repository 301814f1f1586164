import { type Act, type AwsFaultKind, type Step, type StoreFaultKind, toolDoings } from "../story.ts";
import type { Chance } from "./chance.ts";

/** What goes wrong, and what others do meanwhile. */

const awsOperations = [
  "CreateComputeEnvironment",
  "UpdateComputeEnvironment",
  "DeleteComputeEnvironment",
  "DescribeComputeEnvironments",
  "CreateJobQueue",
  "UpdateJobQueue",
  "DeleteJobQueue",
  "DescribeJobQueues",
  "RegisterJobDefinition",
  "DeregisterJobDefinition",
  "DescribeJobDefinitions",
  "TagResource",
  "UntagResource",
  "ListJobs",
  "DescribeJobs",
  "GetJobQueueSnapshot",
  "GetCallerIdentity",
  "CreateRole",
  "AttachRolePolicy",
  "DeleteRole",
  "GetRole",
  "CreateInstanceProfile",
  "AddRoleToInstanceProfile",
];
const writes = awsOperations.filter((name) => !/^(Describe|List|Get)/.test(name));
const awsFaults: readonly AwsFaultKind[] = [
  "throttle",
  "throttle",
  "serverFailure",
  "denied",
  "loseRequest",
  "loseResponse",
  "loseResponse",
  "delayResponse",
  "delayRequest",
  "stale",
];
const storeFaults: readonly StoreFaultKind[] = ["conflict", "tooMany", "unavailable", "loseResponse", "hang"];
const replicas = ["leader", "leader", "leader", "a", "b"];

export function faultSteps(chance: Chance, count: number, until: number): Step[] {
  return Array.from({ length: count }, () => ({ at: chance.number() * until, act: fault(chance) }));
}

function fault(chance: Chance): Act {
  const dice = chance.number();
  if (dice < 0.2) return { kind: "kill", replica: chance.of(replicas), after: chance.skewed(400), what: aim(chance) };
  if (dice < 0.24) return { kind: "terminate", replica: chance.of(replicas) };
  if (dice < 0.4) return freeze(chance);
  if (dice < 0.45) {
    return {
      kind: "skew",
      replica: chance.of(["a", "b"]),
      skewMs: chance.whole(-120, 120) * 1000,
      jumps: chance.is(0.4),
    };
  }
  if (dice < 0.48) return { kind: "version", algorithm: chance.of([1, 2, 3]) };
  if (dice < 0.75) return awsFault(chance);
  if (dice < 0.78) return { kind: "staleness", ms: chance.of([0, 1000, 3000, 5000]) };
  if (dice < 0.88) {
    return {
      kind: "storeFault",
      fault: chance.of(storeFaults),
      on: chance.of(["list", "watch", "get", "patchMetadata", "applyStatus", "applyStatus", "recordEvent"]),
      times: chance.whole(1, 4),
    };
  }
  if (dice < 0.92) {
    return {
      kind: "leaseFault",
      on: chance.of(["get", "create", "update"]),
      times: chance.whole(1, 8),
      lost: chance.is(0.4),
    };
  }
  return {
    kind: "watches",
    how: chance.of(["cut", "silence", "compact", "drop", "delay", "repeat", "prompt"]),
    n: chance.whole(1, 8),
  };
}

/** Often at a write, where a death leaves the most behind. */
function aim(chance: Chance): string | undefined {
  return chance.is(0.5)
    ? undefined
    : chance.of([...writes.map((name) => `aws ${name}`), "store applyStatus", "store patchMetadata"]);
}

function freeze(chance: Chance): Act {
  const aimed = chance.is(0.5);
  return {
    kind: "freeze",
    replica: chance.of(replicas),
    after: aimed ? chance.skewed(20) : chance.skewed(400),
    forMs: chance.of([3, 12, 20, 45, 120]) * 1000,
    asleep: chance.is(0.3),
    ...(aimed ? { what: aim(chance) ?? "aws", phase: chance.of(["asks", "sends", "hears"]) } : {}),
  };
}

function awsFault(chance: Chance): Act {
  const kind = chance.of(awsFaults);
  const storm = chance.is(0.25);
  const onWrites = kind === "loseResponse" || kind === "delayRequest" ? writes : awsOperations;
  return {
    kind: "awsFault",
    fault: kind,
    on: storm ? undefined : [chance.of(onWrites)],
    after: chance.skewed(6),
    times: storm ? chance.whole(5, 60) : chance.whole(1, 3),
    forMs: storm ? chance.whole(5, 90) * 1000 : undefined,
    // A request that AWS takes late is taken before its caller has given up: promise 4 assumes no more.
    ms: kind === "delayRequest" ? chance.whole(1, 9) * 1000 : chance.whole(1, 15) * 1000,
  };
}

export function toolSteps(chance: Chance, count: number, until: number): Step[] {
  return Array.from({ length: count }, () => ({
    at: chance.number() * until,
    act: { kind: "tool" as const, doing: chance.of(toolDoings), pick: chance.whole(0, 100) },
  }));
}

export function jobSteps(chance: Chance, count: number, until: number): Step[] {
  return Array.from({ length: count }, () => ({
    at: 60 + chance.number() * until,
    act: {
      kind: "submit" as const,
      pick: chance.whole(0, 100),
      durationMs: chance.of([30, 120, 600, 3 * 86_400]) * 1000,
      size: chance.is(0.2) ? chance.whole(2, 4) : undefined,
    },
  }));
}
