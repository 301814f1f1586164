import { describe, expect, test } from "vitest";
import { operatorPolicy } from "../../src/aws/operator-policy.ts";
import { tagGuard } from "../../src/aws/tag-guard.ts";
import { runCli } from "../../src/program.ts";
import { scopeOf } from "../policy/requests.ts";
import { testIo } from "./streams.ts";

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { io, stdout, stderr } = testIo(env);
  const exitCode = await runCli(["iam-policy", ...args], io);
  return { exitCode, out: stdout.text, err: stderr.text };
}

const account = ["--account", "123456789012"];

describe("iam-policy", () => {
  test("prints the policy of the scope that its flags give", async () => {
    const { exitCode, out, err } = await run([
      ...account,
      "--region",
      "eu-west-1,eu-central-1",
      "--cluster-name",
      "blue",
      "--features",
      "iam,endpoints",
      "--pass-roles",
      "arn:aws:iam::123456789012:role/jobs/*",
      "--repair-roles",
      "arn:aws:iam::123456789012:role/legacy",
      "--permissions-boundary",
      "arn:aws:iam::123456789012:policy/limit",
      "--allowed-policy-arns",
      "arn:aws:iam::123456789012:policy/jobs-*",
      "--allow-inline-policies",
      "--allowed-role-tag-keys",
      "team,cost-*",
    ]);
    const scope = scopeOf(
      { account: "123456789012", region: "" },
      {
        regions: ["eu-west-1", "eu-central-1"],
        tag: { key: "awsbatch.dev/cluster", value: "blue" },
        rolePath: "/aws-batch-operator/blue/",
        features: ["iam", "endpoints"],
        passRoleArns: ["arn:aws:iam::123456789012:role/jobs/*"],
        repairRoleArns: ["arn:aws:iam::123456789012:role/legacy"],
        boundaryArns: ["arn:aws:iam::123456789012:policy/limit"],
        policyArns: ["arn:aws:iam::123456789012:policy/jobs-*"],
        inlinePolicies: true,
        roleTagKeys: ["team", "cost-*"],
      },
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual(operatorPolicy(scope));
    expect(err).toMatch(/^note: these \d+ characters are more than the 6144 of a managed policy/);
  });

  test("lets a cluster that is renamed write to the tags of both names in AWS Batch, and gives only the new one", async () => {
    const statementsOf = async (...args: readonly string[]) => {
      const { out } = await run(["--cluster-name", "green", ...args]);
      return (JSON.parse(out) as { readonly Statement: readonly object[] }).Statement.map((one) => JSON.stringify(one));
    };
    const before = await statementsOf();
    const renaming = await statementsOf("--rename-cluster-from", "blue");
    const wider = renaming.filter((statement) => !before.includes(statement));
    expect(wider).toHaveLength(2);
    for (const statement of wider) {
      expect(statement).toContain('"aws:ResourceTag/awsbatch.dev/cluster":["green","blue"]');
      expect(before).toContain(statement.replace('["green","blue"]', '"green"'));
    }
  });

  test("is for any account and region, with the usual features, and says what it leaves out", async () => {
    const { out, err } = await run([]);
    const anywhere = { features: ["iam", "network", "diagnose"], passRoleArns: [] } as const;
    expect(JSON.parse(out)).toEqual(operatorPolicy(scopeOf({ account: "*", region: "*" }, anywhere)));
    expect(err).toBe(
      "note: roles that the operator creates need no permissions boundary, so whoever has its credentials can give them every policy that is listed: name one in --permissions-boundary\n" +
        "note: the operator cannot pass roles to AWS Batch that manifests name by ARN: list them in --pass-roles\n",
    );
  });

  test("prints managed policies that together are the whole one, and says how many", async () => {
    const all = [...account, "--region", "eu-west-1", "--features", "iam,endpoints,diagnose,foreign-queues"];
    const whole = await run(all);
    expect(whole.err).toMatch(
      /more than the 6144 .*: use it as an inline policy of the operator's role \(10240\), or 2 managed policies, by --managed 1 and --managed 2\n/,
    );
    const parts = [await run([...all, "--managed", "1"]), await run([...all, "--managed", "2"])];
    expect(parts.map(({ err }) => err.split("\n")[0])).toEqual([
      "note: this is 1 of 2 managed policies: the operator's role needs all of them",
      "note: this is 2 of 2 managed policies: the operator's role needs all of them",
    ]);
    const statements = parts.flatMap(({ out }) => (JSON.parse(out) as { readonly Statement: object[] }).Statement);
    expect(statements).toEqual((JSON.parse(whole.out) as { readonly Statement: object[] }).Statement);
  });

  test("does not call one managed policy a part, and knows where there is no further one", async () => {
    const small = [...account, "--region", "eu-west-1", "--pass-roles", "arn:aws:iam::123456789012:role/jobs/*"];
    expect(await run([...small, "--managed", "1"])).toEqual(await run(small));
    expect(await run([...small, "--managed", "2"])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("--managed 2: everything fits into 1 managed policy"),
    });
  });

  test("does not advise an inline policy where that is too small as well", async () => {
    const { err } = await run([
      ...account,
      "--region",
      Array.from({ length: 27 }, (_, n) => `eu-${["west", "north", "south"][n % 3]}-${Math.floor(n / 3) + 1}`).join(),
    ]);
    expect(err).toMatch(/: use \d managed policies, by .*; an inline policy of a role allows 10240\n/);
  });

  test("speaks of the partition of its regions", async () => {
    const { out } = await run(["--region", "cn-north-1,cn-northwest-1"]);
    expect(out).toContain('"arn:aws-cn:batch:cn-north-1:*:*_*"');
    expect(out).not.toContain('"arn:aws:');
  });

  test("takes the feature none as no feature, and not as an empty value", async () => {
    const { exitCode, out } = await run([...account, "--features", "none"]);
    expect([exitCode, out]).toEqual([0, expect.not.stringMatching(/"iam:|"ec2:/)]);
  });

  test("takes its flags from variables too", async () => {
    const { out } = await run([], { AWS_BATCH_OPERATOR_FEATURES: "none", AWS_BATCH_OPERATOR_ACCOUNT: "123456789012" });
    expect(out).not.toMatch(/"iam:|"ec2:/);
    expect(out).toContain(":123456789012:*_*");
  });

  test("prints the trust policy for IAM Roles for Service Accounts", async () => {
    const issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE";
    const { exitCode, out } = await run([...account, "--trust", "irsa", "--oidc-issuer", issuer]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: {
            Federated: "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE",
          },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:aud": "sts.amazonaws.com",
              "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub":
                "system:serviceaccount:aws-batch-system:aws-batch-operator",
            },
          },
        },
      ],
    });
  });

  test("prints the trust policy for EKS Pod Identity", async () => {
    const cluster = "arn:aws:eks:eu-west-1:123456789012:cluster/blue";
    const flags = ["--trust", "pod-identity", "--eks-cluster-arn", cluster, "--service-account", "batch/operator"];
    const { out } = await run([...account, ...flags]);
    expect(JSON.parse(out)).toMatchObject({
      Statement: [
        {
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: {
            StringEquals: {
              "aws:RequestTag/eks-cluster-arn": cluster,
              "aws:RequestTag/kubernetes-namespace": "batch",
              "aws:RequestTag/kubernetes-service-account": "operator",
              "aws:SourceAccount": "123456789012",
            },
          },
        },
      ],
    });
  });

  test.each([
    [["--features", "iam,everything"], /"everything" is not one of iam, network, endpoints/],
    [["--account", "12345"], /"12345" is not an AWS account ID/],
    [["--region", "Europe"], /"Europe" is not an AWS region/],
    [["--region", "eu-west-1,cn-north-1"], /in several partitions \(aws, aws-cn\)/],
    [["--account", "1234567890123"], /"1234567890123" is not an AWS account ID/],
    [["--region", "eu-west-12"], /"eu-west-12" is not an AWS region/],
    [["--managed", "0"], /"0" is not a number from 1 to 99/],
    [["--managed", "100"], /"100" is not a number from 1 to 99/],
    [["--managed", "1.5"], /"1.5" is not a number from 1 to 99/],
    [["--managed", "99"], /--managed 99: everything fits into/],
    [["--repair-roles", "arn:aws:iam::12345:role/a"], /"arn:aws:iam::12345:role\/a" is not the ARN of a role/],
    [["--managed", "3"], /--managed 3: everything fits into/],
    [["--pass-roles", "admin"], /"admin" is not the ARN of a role/],
    [["--trust", "irsa", "--oidc-issuer", "https://a"], /--trust needs --account/],
    [[...account, "--trust", "irsa"], /--trust irsa needs --oidc-issuer/],
    [[...account, "--trust", "pod-identity"], /--trust pod-identity needs --eks-cluster-arn/],
    [[...account, "--trust", "irsa", "--service-account", ""], /^error: --service-account is empty: give it a value/],
    ...["operator", "/operator", "batch/", "a/b/c"].map((name): [string[], RegExp] => [
      [...account, "--trust", "irsa", "--oidc-issuer", "https://a", "--service-account", name],
      /^error: --service-account "[^"]*" is not <namespace>\/<name>/,
    ]),
  ])("answers %j with one clear line", async (args, expected) => {
    const { exitCode, out, err } = await run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toMatch(expected);
    expect(err.trimEnd()).not.toContain("\n");
  });

  test("names all that a trust policy lacks at once", async () => {
    const { err } = await run(["--trust", "irsa", "--service-account", "operator"]);
    expect(err.trimEnd().split("\n")).toEqual([
      'error: --service-account "operator" is not <namespace>/<name>',
      "error: --trust needs --account, the AWS account of 12 digits",
      "error: --trust irsa needs --oidc-issuer, the cluster's OIDC issuer",
    ]);
  });
});

test("iam-policy --scp prints the service control policy that protects the operator's tags, and nothing else", async () => {
  const role = "arn:aws:iam::111111111111:role/aws-batch-operator";
  const { exitCode, out, err } = await run(["--scp", role]);
  expect([exitCode, err]).toEqual([0, ""]);
  expect(JSON.parse(out)).toEqual(tagGuard([role]));
  expect((await run(["--scp", "operator"])).exitCode).toBe(1);
});
