import { onTestFinished } from "vitest";
import { type Account, askedBy } from "../../conformance/account/account.ts";
import { sdkAccount } from "../../conformance/account/sdk.ts";
import { semantics } from "../../conformance/facts/table.ts";
import type { Ask } from "../../conformance/rest.ts";
import type { Ports, Request } from "../../conformance/run/conform.ts";
import { Interrupted } from "../../conformance/run/interrupted.ts";
import { sleep, VirtualClock } from "../../src/runtime/clock.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import { ServiceError } from "../../src/simulator/refusals.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import type { AwsSnapshot } from "../../src/simulator/snapshot.ts";
import { account } from "../simulator/account.ts";
import { serveChecked } from "../simulator/checked-server.ts";

/** A simulated account over HTTP whose time passes only while all of a run pauses. */
export interface Simulated {
  readonly aws: SimulatedAws;
  readonly ports: Ports;
  /** What a run, or its removal, comes to: until then time passes. */
  readonly ended: <T>(work: Promise<T>) => Promise<T>;
  /** As Ctrl-C does. */
  readonly interrupt: () => void;
  readonly printed: string[];
  readonly written: Map<string, string>;
}

/** @param knobs where the account is not as the simulator's defaults */
export async function simulated(knobs: Partial<Knobs> = {}): Promise<Simulated> {
  return simulatedBy(knobs, async (aws) => {
    const { url, close } = await serveChecked(aws, { port: 0 });
    onTestFinished(close);
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    return sdkAccount({ region: "us-east-1", endpoint: url, credentials });
  });
}

/** As `simulated`, without HTTP: for very many runs. */
export function simulatedInProcess(knobs: Partial<Knobs> = {}): Promise<Simulated> {
  const asking =
    (api: object): Ask =>
    async (operation, input) => {
      const calls = api as Readonly<Record<string, (input: object) => Promise<object>>>;
      const call = calls[`${operation.charAt(0).toLowerCase()}${operation.slice(1)}`];
      if (call === undefined) throw new Error(`the simulator has no ${operation}`);
      try {
        return { answer: await call(structuredClone(input)) };
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        return { error: { name: error.name, message: error.message, status: error.$metadata.httpStatusCode } };
      }
    };
  return simulatedBy(knobs, async ({ batch, iam, ec2, sts }) => ({
    batch: asking(batch),
    iam: asking(iam),
    ec2: asking(ec2),
    sts: asking(sts),
  }));
}

async function simulatedBy(knobs: Partial<Knobs>, reach: (aws: SimulatedAws) => Promise<Account>): Promise<Simulated> {
  const inFlight = new Set<Promise<unknown>>();
  const answered = async (): Promise<void> => void (await Promise.allSettled(inFlight));
  const clock = new VirtualClock(undefined, () => (inFlight.size === 0 ? undefined : answered()));
  const { aws } = account(knobs, clock);
  const reached = await reach(aws);
  const interrupt = new AbortController();
  const timeUntil = (signal?: AbortSignal): Ports["time"] => ({
    now: () => clock.monotonic(),
    pause: (milliseconds) => sleep(clock, milliseconds, signal),
  });
  const printed: string[] = [];
  const written = new Map<string, string>();
  const ports: Ports = {
    account: askedBy(reached, (ask) => (operation, input) => {
      const answer = ask(operation, input);
      inFlight.add(answer);
      const forget = (): void => void inFlight.delete(answer);
      answer.then(forget, forget);
      return answer;
    }),
    of: () => "another endpoint",
    time: timeUntil(interrupt.signal),
    timeToClean: timeUntil(),
    print: (text) => void printed.push(text),
    say: () => undefined,
    confirm: async () => true,
    cleaning: (id) => `clean ${id}`,
    write: async (name, text) => void written.set(name, text),
  };
  const ended = async <T>(work: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    work.then(over, over);
    await clock.advanceUntil(() => isOver, 24 * 3_600_000, "the end of a run");
    return work;
  };
  return { aws, ports, ended, interrupt: () => interrupt.abort(new Interrupted()), printed, written };
}

export function request(change: Partial<Request> = {}): Request {
  return {
    table: semantics,
    region: "us-east-1",
    network: { subnet: "subnet-1", securityGroup: "sg-1" },
    instances: false,
    only: "",
    id: "abc123",
    date: "2026-11-30",
    ...change,
  };
}

/** The same account, for a process that is killed with its n-th call: AWS carries it out, and nobody hears its answer. */
export function killedAfter(given: Account, calls: number): Account {
  let made = 0;
  return askedBy(given, (ask) => async (operation, input) => {
    made += 1;
    if (made <= calls) {
      const outcome = await ask(operation, input);
      if (made < calls) return outcome;
    }
    throw new Error("killed");
  });
}

/** What of an account is there, by name. */
export function contents({ truth, snapshot }: SimulatedAws): readonly string[] {
  const live = <T extends { status?: string | undefined }>(all: readonly T[]): readonly T[] =>
    all.filter(({ status }) => status !== "DELETED" && status !== "INACTIVE");
  return [
    ...live(truth.computeEnvironments()).map((one) => `environment ${one.computeEnvironmentName}`),
    ...live(truth.jobQueues()).map((one) => `queue ${one.jobQueueName}`),
    ...live(truth.jobDefinitions()).map((one) => `definition ${one.jobDefinitionName}`),
    ...truth.schedulingPolicies().map((one) => `policy ${one.name}`),
    ...live(truth.serviceEnvironments()).map((one) => `service environment ${one.serviceEnvironmentName}`),
    ...truth.quotaShares().map((one) => `share ${one.quotaShareName}`),
    // AWS makes its service-linked roles itself.
    ...truth
      .roles()
      .filter(({ name }) => !name.startsWith("AWSServiceRoleFor"))
      .map((one) => `role ${one.name}`),
    ...truth.instanceProfiles().map((one) => `profile ${one.name}`),
    ...networkIn(snapshot()),
  ];
}

/** All but what the simulator makes when somebody names it, which is in the VPC that every account has. */
function networkIn({ ec2 }: AwsSnapshot): readonly string[] {
  const { vpcs = [], subnets = [], routeTables = [], groups = [], internetGateways = [] } = ec2?.records ?? {};
  const isDefault = new Set(vpcs.flatMap(([id, { vpc }]) => (vpc.IsDefault === true ? [id] : [])));
  const inVpcs = [
    ...vpcs.map(([id]) => ({ id, vpc: id })),
    ...[...subnets, ...routeTables, ...groups].map(([id, { VpcId = "" }]) => ({ id, vpc: VpcId })),
    ...internetGateways.map(([id, { Attachments = [] }]) => ({ id, vpc: Attachments[0]?.VpcId ?? "" })),
  ];
  return inVpcs.filter(({ vpc }) => !isDefault.has(vpc)).map(({ id }) => `network ${id}`);
}
