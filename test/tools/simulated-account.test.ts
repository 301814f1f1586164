import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CommandError } from "../../src/operator/io.ts";
import { accountOf, readAccount } from "../../src/tools/simulated-account.ts";
import { problemText } from "../../src/tools/validation/problem.ts";
import { started, temporaryDirectory } from "./local/given.ts";

const network = `
vpcs:
  - { id: vpc-1, cidr: 10.0.0.0/16 }
subnets:
  - { id: subnet-11111111, vpc: vpc-1, zone: us-east-1a, cidr: 10.0.1.0/24 }
securityGroups:
  - id: sg-11111111
    vpc: vpc-1
    egress:
      - { protocol: tcp, ports: 443, peer: 0.0.0.0/0 }
`;

function problemsOf(text: string): readonly string[] {
  return accountOf("simulated-aws.conf", text).problems.map(problemText);
}

describe("the description of a simulated account", () => {
  test("is read with its lists", () => {
    const { account, problems } = accountOf("simulated-aws.conf", network);
    expect(problems).toEqual([]);
    expect(account?.subnets?.[0]?.id).toBe("subnet-11111111");
  });

  test("has outcomes of jobs", () => {
    const outcomes = "outcomes:\n  - job: train-*\n    indices: [1]\n    attempts: [{ exitCode: 3, log: [a] }, {}]\n";
    expect(accountOf("simulated-aws.conf", outcomes)).toEqual({
      account: { outcomes: [{ job: "train-*", indices: [1], attempts: [{ exitCode: 3, log: ["a"] }, {}] }] },
      problems: [],
    });
    expect(problemsOf("outcomes:\n  - job: a\n    attempts: [{ end: Never }, 1]")).toEqual([
      "simulated-aws.conf:3:18: outcomes[0].attempts[0].end: must be one of Exit, InstanceLost, NotStarted",
      "simulated-aws.conf:3:32: outcomes[0].attempts[1]: must be a map",
    ]);
  });

  test("may be left out", () => {
    expect(readAccount(temporaryDirectory())).toEqual({ account: undefined, problems: [] });
  });

  test("that cannot be read ends the command with its name and what to do", () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "simulated-aws.conf"));
    const expected = /simulated-aws\.conf is a directory where a file should be: move it$/;
    expect(() => readAccount(directory)).toThrow(expected);
    expect(() => readAccount(directory)).toThrow(CommandError);
  });

  test.each([
    ["a mistyped list", "subnet:\n  - {}", "simulated-aws.conf:1:1: subnet: there is no subnet: did you mean subnets?"],
    [
      "a missing member",
      "vpcs:\n  - { id: vpc-1 }",
      "simulated-aws.conf:2:5: vpcs[0]: cidr is missing: a CIDR block such as 10.0.0.0/16",
    ],
    [
      "a wrong id",
      "vpcs:\n  - id: subnet-1\n    cidr: 10.0.0.0/16",
      "simulated-aws.conf:2:5: vpcs[0].id: must be an id that begins with vpc-",
    ],
    [
      "an id of nothing",
      `${network}routeTables:\n  - { id: rtb-1, vpc: vpc-1, subnets: [subnet-2] }`,
      'simulated-aws.conf:12:30: routeTables[0].subnets: "subnet-2" is not among the subnets of this file',
    ],
    [
      "a wrong rule within",
      "securityGroups:\n  - id: sg-1\n    vpc: vpc-1\n    egress:\n      - { protocol: tcp, port: 443, peer: 0.0.0.0/0 }",
      "simulated-aws.conf:5:26: securityGroups[0].egress[0].port: there is no port: did you mean ports?",
    ],
    [
      "one wrong id in a list",
      "routeTables:\n  - { id: rtb-1, vpc: vpc-1, subnets: [subnet-1, sg-1] }",
      "simulated-aws.conf:2:30: routeTables[0].subnets: must be a list, each an id that begins with subnet-",
    ],
    ["no map", "- 1", "simulated-aws.conf:1:1: an account is a map of lists such as vpcs and subnets"],
  ])("with %s says what is wrong and where", (_what, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

describe("local --simulate next to the description of an account", () => {
  test("has that network, and no other", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "simulated-aws.conf"), network.replace("- id: sg-11111111", "- id: sg-22222222"));
    const session = await started({ directory, flags: { until: "ready" } });
    expect(await session.end()).toBe(1);
    expect(session.ofType("end")[0]?.["summary"]).toMatch(/The security group 'sg-11111111' does not exist/);
  });

  test("does nothing when the description is wrong", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "simulated-aws.conf"), "vpc: []");
    const session = await started({ directory, flags: { until: "ready" } });
    expect(await session.end()).toBe(1);
    expect(session.ofType("awsWrite")).toEqual([]);
  });

  test("runs the jobs of the description as soon as a queue takes them", async () => {
    const directory = temporaryDirectory();
    const jobs = "jobs:\n  - { name: hello, queue: default_high, definition: default_hello, count: 2 }\n";
    writeFileSync(join(directory, "simulated-aws.conf"), jobs);
    const session = await started({ directory });
    await session.clock.advance(120_000);
    const reported = session.ofType("aws").filter((line) => line["kind"] === "job" && line["status"] === "RUNNING");
    expect(reported).toHaveLength(2);
    session.interrupt();
    await session.end();
  });
});
