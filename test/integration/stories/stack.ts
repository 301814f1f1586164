import { expect } from "vitest";
import type { Manifest } from "../../../src/kube/memory-store.ts";
import { computeEnvironment, ec2, jobDefinition, jobQueue, withTypes } from "../../manifests.ts";
import { until } from "../control-plane/wait.ts";
import type { Account } from "./account.ts";
import type { Team } from "./team.ts";

/** One object of each kind that belong together, all named `app`; without a soak, so that a replacement is quick. */
export const stack: readonly Manifest[] = [
  computeEnvironment("app", ec2),
  jobQueue("app", ["app"]),
  jobDefinition("app"),
];

/** The environment of the stack with other instances, for which AWS needs a new one. */
export function withInstances(type: string): Manifest {
  return computeEnvironment("app", withTypes([type]));
}

/** The environment of the stack with another `maxvCpus`, which AWS takes in place. */
export function withSize(maxvCpus: number): Manifest {
  const { computeResources = { type: "EC2", maxvCpus, subnets: [] } } = ec2;
  return computeEnvironment("app", { ...ec2, computeResources: { ...computeResources, maxvCpus } });
}

/** Until the stack is Ready and its account has nothing more than it needs. No promise was broken on the way. */
export async function untilSettled(team: Team, account: Account): Promise<void> {
  await team.untilReady();
  const check = async (): Promise<true | string> =>
    account.isSettled || [await team.summary(), account.recently()].join("\n");
  await until(check, "one environment in AWS, with the queue on it");
  expect(account.violations).toEqual([]);
}
