import type { Command, Option } from "commander";
import { describe, expect, test } from "vitest";
import { ListOption, operatorVariables, variableOf } from "../../src/operator/flags.ts";
import type { Environment } from "../../src/operator/io.ts";
import { programFor } from "../../src/program.ts";
import { testIo } from "../tools/streams.ts";

const nothing = () => async () => undefined;

async function allCommands(): Promise<readonly Command[]> {
  return (await programFor([], testIo().io, nothing)).commands;
}

/** The options that a command line comes to, without the command being run. */
async function optionsOf(args: readonly string[], env: Environment = {}): Promise<Readonly<Record<string, unknown>>> {
  const program = await programFor(args, testIo(env).io, nothing);
  await program.parseAsync([...args], { from: "user" });
  return program.commands[0]?.opts() ?? {};
}

/** Two values for each option that takes one: what is written, and what it comes to. */
const values: Readonly<Record<string, readonly [Sample, Sample]>> = {
  "--account": [same("111111111111"), same("222222222222")],
  "--adoptable-names": [list("a/a-*,*/b-*"), list("c/*")],
  "--allowed-account-ids": [list("111111111111"), list("222222222222,333333333333")],
  "--allowed-names": [list("a/b_*,*/c_*"), list("d/e_*")],
  "--allowed-policy-arns": [list("arn:aws:iam::aws:policy/A"), list("arn:aws:iam::aws:policy/B")],
  "--allowed-regions": [list("eu-west-1"), list("eu-*,us-east-1")],
  "--allowed-resources": [list("subnet/subnet-1"), list("security-group/*,key-pair/x")],
  "--allowed-endpoint-services": [list("ecs"), list("ecr.*,logs")],
  "--allowed-role-tag-keys": [list("team"), list("cost-*")],
  "--allowed-role-arns": [list("arn:aws:iam::1:role/A"), list("arn:aws:iam::1:role/B")],
  "--attempt": [number("1"), number("2")],
  "--after": [list("a"), list("b,c")],
  "--array-size": [number("2"), number("10000")],
  "--env": [
    ["A=b", [{ name: "A", value: "b" }]],
    ["C=d=e", [{ name: "C", value: "d=e" }]],
  ],
  "--memory": [number("512"), number("16384")],
  "--retries": [number("0"), number("9")],
  "--share-priority": [number("0"), number("9999")],
  "--share": [same("one"), same("two")],
  "--vcpus": [number("0.25"), number("4")],
  "--submit-rate": [number("0.5"), number("50")],
  "--aws-requests-per-second": [number("0.5"), number("20")],
  "--cloudformation": [
    ["one", ["one"]],
    ["two,three", ["two,three"]],
  ],
  "--cluster-name": [same("one"), same("two")],
  "--eks-cluster-arn": [same("arn:one"), same("arn:two")],
  "--events-queue": [
    list("https://sqs.eu-west-1.amazonaws.com/111111111111/one"),
    list("https://sqs.eu-west-1.amazonaws.com/111111111111/one,http://localhost:1/111111111111/two"),
  ],
  "--features": [list("iam"), list("network,diagnose")],
  "--filename": [same("one"), same("two")],
  "--health-address": [
    ["127.0.0.1:1", { host: "127.0.0.1", port: 1 }],
    [":2", { port: 2 }],
  ],
  "--host": [same("127.0.0.2"), same("::1")],
  "--ignore-tag-keys": [list("a:*"), list("b,c")],
  "--index": [number("0"), number("9999")],
  "--indices-in": [same("ONE"), same("TWO")],
  "--job-definition": [same("one"), same("two:3")],
  "--kustomize": [same("one"), same("two")],
  "--kubeconfig": [same("one"), same("two")],
  "--keep-value": [list("A,B"), list("C")],
  "--lease-namespace": [same("one"), same("two")],
  "--managed": [number("1"), number("2")],
  "--max-concurrent-replacements": [number("1"), number("7")],
  "--max-environments-per-namespace": [number("1"), number("7")],
  "--metrics-address": [
    ["[::1]:1", { host: "::1", port: 1 }],
    [":65535", { port: 65_535 }],
  ],
  "--metrics-client-ca": [same("one"), same("two")],
  "--metrics-tls-directory": [same("one"), same("two")],
  "--names": [list("a,b-*"), list("c")],
  "--name": [same("one"), same("two")],
  "--namespace": [same("one"), same("two")],
  "--oidc-issuer": [same("https://one"), same("https://two")],
  "--pass-roles": [list("arn:aws:iam::111111111111:role/A"), list("arn:aws:iam::*:role/B")],
  "--permissions-boundary": [same("arn:aws:iam::111111111111:policy/A"), same("arn:aws:iam::aws:policy/B")],
  "--port": [number("0"), number("65535")],
  "--queue": [same("one"), same("two")],
  "--reason": [same("one"), same("two words")],
  "--region": [same("eu-west-1"), same("us-gov-west-1")],
  "--rename-cluster-from": [same("one"), same("two")],
  "--repair-roles": [list("arn:aws:iam::111111111111:role/A"), list("arn:aws:iam::*:role/B")],
  "--scp": [list("arn:aws:iam::111111111111:role/A"), list("arn:aws:iam::*:role/B")],
  "--service-account": [same("a/b"), same("c/d")],
  "--shard-selector": [
    ["a=b", expect.any(Function)],
    ["c", expect.any(Function)],
  ],
  "--speed": [number("2"), number("0.5")],
  "--tail": [number("1"), number("100")],
  "--take-over-cluster-uid": [same("one"), same("two")],
  "--terraform": [same("one"), same("two")],
  "--timeout": [
    ["90", 90_000],
    ["1.5h", 5_400_000],
  ],
  "--watch-namespace": [list("one"), list("two,three")],
};

/** Lists that are rejected when they are empty. */
const neverEmpty: readonly string[] = ["--watch-namespace", "--namespace"];

/** Options that take a list in one command and one value in the others. */
const listsInOne: readonly string[] = [
  "iam-policy --region",
  "iam-policy --permissions-boundary",
  "import --region",
  "plan --filename",
  "submit --filename",
  "validate --filename",
  "release --namespace",
  "ui --namespace",
];

type Sample = readonly [text: string, value: unknown];

function same(text: string): Sample {
  return [text, text];
}

function number(text: string): Sample {
  return [text, Number(text)];
}

function list(text: string): Sample {
  return [text, text.split(",")];
}

/** What an option is without a word about it. What is not here is undefined; texts of help say what that means. */
const presets: Readonly<Record<string, unknown>> = {
  "run --metrics-address": { port: 8080 },
  "run --health-address": { port: 8081 },
  "run --leader-elect": true,
  "run --no-leader-elect": true,
  "validate --output": "text",
  "import --output": "text",
  "import --roles": "keep",
  "plan --no-cluster": true,
  "plan --output": "text",
  "submit --output": "text",
  "retry --output": "text",
  "jobs --output": "text",
  "logs --output": "text",
  "cancel --output": "text",
  "cancel --reason": "Ended by aws-batch-operator cancel",
  "diagnose --no-network": true,
  "diagnose --output": "text",
  "iam-policy --features": ["iam", "network", "diagnose"],
  "iam-policy --cluster-name": "default",
  "iam-policy --service-account": "aws-batch-system/aws-batch-operator",
  "ui --no-aws": true,
  "ui --port": 0,
  "simulator --port": 4566,
  "simulator --host": "127.0.0.1",
  "simulator --speed": 1,
  "simulator --region": "us-east-1",
  "self-test --timeout": 60_000,
};

const commands = await allCommands();
const options = commands.flatMap((command) =>
  command.options.map((option): [string, Command, Option] => [`${command.name()} ${option.long}`, command, option]),
);

/** What the command line and the environment may say of an option, in this order: two that differ. */
function samplesOf(name: string, { long, argChoices, ...option }: Option): readonly [Sample, Sample] {
  const [first = "", second = ""] = argChoices ?? [];
  if (argChoices !== undefined) return [same(first), same(second)];
  const given = values[long ?? ""];
  if (given === undefined) throw new Error(`give two values of ${name} (${option.flags}) in this test`);
  const inList = ([text, value]: Sample): Sample => [text, [value]];
  return listsInOne.includes(name) ? [inList(given[0]), inList(given[1])] : given;
}

describe.each(options)("%s", (name, command, option) => {
  const attribute = option.attributeName();
  const variable = variableOf(option, operatorVariables) ?? "";
  const chosen = async (args: readonly string[], env: Environment = {}): Promise<unknown> =>
    (await optionsOf([command.name(), ...args], env))[attribute];

  test("has its default", async () => {
    expect(await chosen([])).toEqual(presets[name]);
  });

  if (option.isBoolean() || option.negate) {
    const flag = option.long ?? "";
    const said = !option.negate;

    test("is taken from its variable before its default, from the command line before both, and is never empty", async () => {
      expect(await chosen([flag])).toBe(said);
      for (const [text, value] of [
        ["true", true],
        ["1", true],
        ["YES", true],
        ["false", false],
        ["0", false],
        ["no", false],
      ] as const) {
        expect(await chosen([], { [variable]: text })).toBe(value);
        expect(await chosen([flag], { [variable]: text })).toBe(said);
      }
      await expect(chosen([], { [variable]: "" })).rejects.toThrow(`${variable} is empty`);
    });
    return;
  }

  test("is taken from its variable before its default, from the command line before both, and is never empty", async () => {
    const [[oneText, one], [twoText, two]] = samplesOf(name, option);
    const flag = option.long ?? "";
    expect(oneText).not.toBe(twoText);
    expect(await chosen([], { [variable]: oneText })).toEqual(one);
    expect(await chosen([flag, twoText])).toEqual(two);
    expect(await chosen([flag, twoText], { [variable]: oneText })).toEqual(two);
    expect(await chosen([flag, oneText], { [variable]: twoText })).toEqual(one);
    if (option instanceof ListOption) return;
    // An empty value would be the default, which may allow more than what somebody meant.
    await expect(chosen([], { [variable]: "" })).rejects.toThrow(`${variable} is empty`);
    await expect(chosen([`${flag}=`])).rejects.toThrow(/is empty|argument '' is invalid|Allowed choices/);
  });
});

const lists = options.filter(([, , option]) => option instanceof ListOption);

test.each(lists)("%s: an empty list is not its default, on the command line and in its variable", async (...args) => {
  const [, command, option] = args;
  const flag = option.long ?? "";
  const of = async (line: readonly string[], env: Environment): Promise<unknown> =>
    (await optionsOf([command.name(), ...line], env))[option.attributeName()];
  const variable = variableOf(option, operatorVariables) ?? "";
  if (neverEmpty.includes(flag)) {
    await expect(of([`${flag}=`], {})).rejects.toThrow("Expected the name of a namespace.");
    await expect(of([], { [variable]: "" })).rejects.toThrow("Expected the name of a namespace.");
    return;
  }
  expect(await of([`${flag}=`], {})).toEqual([]);
  expect(await of([], { [variable]: "" })).toEqual([]);
  expect(await of([`${flag}=`], { [variable]: "123456789012" })).toEqual([]);
});

test("every default that is listed here is one of an option", () => {
  expect(Object.keys(presets).filter((name) => options.every(([known]) => known !== name))).toEqual([]);
});
