import { onTestFinished } from "vitest";
import { type Account, askedBy } from "../../conformance/account/account.ts";
import { sdkAccount } from "../../conformance/account/sdk.ts";
import { semantics } from "../../conformance/facts/table.ts";
import type { Ports, Request } from "../../conformance/run/conform.ts";
import type { Knobs } from "../../src/simulator/knobs.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { account } from "../simulator/account.ts";
import { serveChecked } from "../simulator/checked-server.ts";

/** A simulated account over HTTP whose time passes only in the pauses of a run. */
export interface Simulated {
  readonly aws: SimulatedAws;
  readonly ports: Ports;
  readonly printed: string[];
  readonly written: Map<string, string>;
}

/** @param knobs where the account is not as the simulator's defaults */
export async function simulated(knobs: Partial<Knobs> = {}): Promise<Simulated> {
  const { aws, clock } = account(knobs);
  const served = await serveChecked(aws, { port: 0 });
  onTestFinished(() => served.close());
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const time = {
    now: () => clock.monotonic(),
    pause: (milliseconds: number) => clock.advance(Math.ceil(milliseconds)),
  };
  const printed: string[] = [];
  const written = new Map<string, string>();
  const ports: Ports = {
    account: sdkAccount({ region: "us-east-1", endpoint: served.url, credentials }),
    time,
    timeToClean: time,
    print: (text) => void printed.push(text),
    say: () => undefined,
    confirm: async () => true,
    cleaning: (id) => `clean ${id}`,
    write: async (name, text) => void written.set(name, text),
  };
  return { aws, ports, printed, written };
}

export function request(change: Partial<Request> = {}): Request {
  return {
    table: semantics,
    region: "us-east-1",
    network: { subnet: "subnet-1", securityGroup: "sg-1" },
    only: "",
    id: "abc123",
    date: "2026-11-30",
    ...change,
  };
}

/** The same account, for a process that is killed when it has made so many calls: it hears no answer of the last one, and makes no more. */
export function killedAfter(given: Account, calls: number): Account {
  let made = 0;
  return askedBy(given, (ask) => async (operation, input) => {
    if (made++ < calls) return await ask(operation, input);
    throw new Error("killed");
  });
}

/** What of an account is there, by name. */
export function contents({ truth }: SimulatedAws): readonly string[] {
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
  ];
}
