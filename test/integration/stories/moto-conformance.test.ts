import { afterAll, beforeAll, expect, test } from "vitest";
import { askedBy } from "../../../conformance/account/account.ts";
import { sdkAccount } from "../../../conformance/account/sdk.ts";
import { semantics } from "../../../conformance/facts/table.ts";
import type { Result, TriedFact } from "../../../conformance/report/result.ts";
import { conform, type Ports } from "../../../conformance/run/conform.ts";
import { type Moto, startMoto } from "../control-plane/moto.ts";

let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

/**
 * moto demands a service role of every environment, and a state of every queue. These two differences are known; without them the
 * facts of queues and jobs could not be tried.
 */
function asMotoDemands(operation: string, input: object): object {
  if (operation === "CreateJobQueue") return { state: "ENABLED", ...input };
  const { type, serviceRole } = input as { type?: string; serviceRole?: string };
  if (operation !== "CreateComputeEnvironment" || type !== "MANAGED" || serviceRole !== undefined) return input;
  const role = "aws-batch-conformance/aws-batch-conformance-abc123-batch";
  return { ...input, serviceRole: `arn:aws:iam::123456789012:role/${role}` };
}

/** Where it is otherwise; undefined: it agrees, or was not tried. */
function line(fact: TriedFact): string | undefined {
  switch (fact.kind) {
    case "agrees":
    case "not tried":
      return undefined;
    case "failed":
      return `${fact.fact}\n  failed: ${fact.why}\n`;
    default: {
      // moto runs a job meanwhile: how far it is differs from run to run.
      const lasting = fact.differences.filter(({ where }) => !/^jobs\.0\.(?:startedAt|attempts)$/.test(where));
      const lines = lasting.map(({ where, expected, seen }) => {
        return `  ${where}: ${expected}\n    moto: ${where === "jobSummaryList" ? "the job" : seen}\n`;
      });
      return `${fact.fact}\n${lines.join("")}`;
    }
  }
}

test("a run against moto finds the differences that are known, and no other", async () => {
  let now = 0;
  // Nothing waits for real: moto is at rest at once.
  const time = {
    now: () => now,
    pause: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
  const account = sdkAccount({
    region: "us-east-1",
    endpoint: moto.url,
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  const printed: string[] = [];
  const written: string[] = [];
  const ports: Ports = {
    account: askedBy(account, (ask) => (operation, input) => ask(operation, asMotoDemands(operation, input))),
    of: () => "another endpoint",
    time,
    timeToClean: time,
    print: (text) => void printed.push(text),
    say: () => undefined,
    confirm: async () => true,
    cleaning: (id) => `clean ${id}`,
    write: async (_name, text) => void written.push(text),
  };
  const request = {
    table: semantics,
    region: "us-east-1",
    network: {},
    instances: false,
    only: "",
    id: "abc123",
    date: "2026-11-30",
  };
  expect(await conform(request, ports)).toBe(1);
  const { facts } = JSON.parse(written[0] ?? "") as Result;
  const known = facts.flatMap((fact) => line(fact) ?? []);
  const agreeing = facts.filter(({ kind }) => kind === "agrees").length;
  const head = `${agreeing} of ${semantics.length} facts agree with moto.\n\n`;
  await expect(head + known.join("\n")).toMatchFileSnapshot("../../golden/conformance/moto.txt");
  expect(printed).toContain("Nothing of the run abc123 is left.\n");
});
