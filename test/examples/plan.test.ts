import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { isWrite } from "../transcript.ts";
import { type AwsByHttp, awsByHttp } from "./aws-by-http.ts";
import { command } from "./command.ts";
import { examples, manifestsOf } from "./examples.ts";

let account: AwsByHttp;

beforeAll(async () => {
  account = await awsByHttp();
  for (const [name, value] of Object.entries(account.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await account.close();
});

/** Examples that need something that an empty account has not, or that ask for what AWS does not offer. */
const blocked: readonly string[] = ["blue-green-story/3-impossible", "eks", "private-endpoints", "seed"];

it.each(examples)("an empty account would get all of $name", async (example) => {
  const desired = (await manifestsOf(example)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const args = ["plan", "-f", example.directory, "--no-cluster", "--cluster-name", "plan", "-o", "json"];
  const { exitCode, stdout, stderr } = await command(args);
  expect(stderr).toBe("");
  const plan = JSON.parse(stdout) as { readonly objects: readonly { kind: string; name: string; action: string }[] };
  const isBlocked = blocked.includes(example.name);
  expect(plan).toMatchObject({
    changes: true,
    disruption: false,
    blocked: isBlocked,
    account: account.aws.account,
    warnings: [],
  });
  expect(plan.objects.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([...desired].sort());
  // Nothing is known of a network whose subnets the account has not.
  const actions = plan.objects.map(({ kind }) => (isBlocked && kind === "BatchNetwork" ? "none" : "create"));
  expect(plan.objects.map(({ action }) => action)).toEqual(actions);
  expect(exitCode).toBe(isBlocked ? 4 : 2);
  expect(account.aws.log.length).toBeGreaterThan(0);
  expect(account.aws.log.filter(isWrite)).toEqual([]);
});
