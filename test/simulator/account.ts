import { ec2, queue } from "../../conformance/facts/inputs.ts";
import type { Environment, Queue } from "../../src/aws/batch.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import { createSimulatedAws, type SimulatedAws } from "../../src/simulator/simulated-aws.ts";

export { containerJob, ec2, fargate, linkedRole, queue } from "../../conformance/facts/inputs.ts";

export interface Account {
  readonly aws: SimulatedAws;
  readonly clock: VirtualClock;
}

/** An empty account whose calls take no time and whose reads are fresh, unless `knobs` says otherwise. */
export function account(knobs: Partial<Knobs> = {}, clock = new VirtualClock()): Account {
  const random = seededRandom(7);
  return { clock, aws: createSimulatedAws({ clock, random, knobs: { latencyMs: 0, stalenessMs: 0, ...knobs } }) };
}

export function environment({ aws }: Account, name: string): Environment {
  const found = aws.truth.computeEnvironments().findLast((one) => one.computeEnvironmentName === name);
  if (found === undefined) throw new Error(`no environment ${name}`);
  return found;
}

export function queueNow({ aws }: Account, name: string): Queue {
  const found = aws.truth.jobQueues().findLast((one) => one.jobQueueName === name);
  if (found === undefined) throw new Error(`no queue ${name}`);
  return found;
}

/** An account with a VALID environment `ce-1` and a VALID queue `q` over it. */
export async function accountWithQueue(knobs: Partial<Knobs> = {}, create = ec2("ce-1")): Promise<Account> {
  const world = account(knobs);
  await world.aws.outside.createComputeEnvironment(create);
  await world.clock.advance(60_000);
  await world.aws.outside.createJobQueue(queue("q", "ce-1"));
  await world.clock.advance(10_000);
  return world;
}

const batchTrust = trustOf("batch.amazonaws.com");

/** A trust policy for one service. */
export function trustOf(service: string): string {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** Makes a role as a service role of Batch must be. */
export async function createServiceRole({ aws }: Account, name: string, trust = batchTrust): Promise<void> {
  await aws.iam.createRole({ RoleName: name, AssumeRolePolicyDocument: trust });
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole";
  await aws.iam.attachRolePolicy({ RoleName: name, PolicyArn });
}

/** What a rejected call says: `<exception>: <message without wrapper and request id>`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const text = /^Error executing request, Exception : (.*), RequestId: [0-9a-f-]{36}$/.exec(error.message)?.[1];
    return `${error.name}: ${text ?? error.message}`;
  }
  return "accepted";
}
