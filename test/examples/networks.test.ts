import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Condition } from "../../src/api/object.ts";
import { BatchComputeEnvironmentKind } from "../../src/api/v1alpha1/kinds.ts";
import type { Manifest } from "../../src/kube/memory-store.ts";
import { accountOf, readAccount } from "../../src/tools/simulated-account.ts";
import { documentsOf } from "../../src/tools/validation/manifests.ts";
import { deleteAll, exampleNamed, exampleWorld, manifestsOf, prepare } from "./examples.ts";

/** Examples with a described network, in which their jobs have to run. */
it.each(["public-subnet", "private-nat", "private-endpoints"])("%s runs the jobs of its account", async (name) => {
  const world = await exampleWorld();
  const example = exampleNamed(name);
  await prepare(world.aws, example);
  world.apply(...(await manifestsOf(example)));
  await world.untilReady(900);
  for (const job of readAccount(example.directory).account?.jobs ?? []) {
    await world.aws.outside.submitJob({ jobName: job.name, jobQueue: job.queue, jobDefinition: job.definition });
  }
  await world.until(
    "the jobs end",
    () => world.aws.truth.jobs().every(({ stoppedAt }) => stoppedAt !== undefined),
    900,
  );
  expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["SUCCEEDED"]);
  deleteAll(world);
  await world.untilGone(900);
  const { VpcEndpoints } = await world.aws.outside.ec2.describeVpcEndpoints({});
  expect(VpcEndpoints).toEqual([]);
});

it.each([
  ["public-subnet", "mapPublicIps: true", "mapPublicIps: false"],
  ["private-nat", "subnet: subnet-0b22000000000000c }", "subnet: subnet-0b22000000000000a }"],
  ["private-endpoints", "ports: 443", "ports: 80"],
])("%s does not without %s", async (name, from, to) => {
  const world = await exampleWorld();
  const example = exampleNamed(name);
  const text = readFileSync(`${example.directory}/simulated-aws.conf`, "utf8");
  const { account } = accountOf("simulated-aws.conf", text.replaceAll(from, to));
  world.aws.outside.describeNetwork(account ?? {});
  world.apply(...(await manifestsOf(example)));
  await world.untilReady(900);
  const [job] = account?.jobs ?? [];
  const request = { jobName: "j", jobQueue: job?.queue ?? "", jobDefinition: job?.definition ?? "" };
  await world.aws.outside.submitJob(request);
  await world.seconds(900);
  expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["RUNNABLE"]);
});

it("broken-network reports what a subnet lacks, and its job runs after a fix of the manifest", async () => {
  const world = await exampleWorld();
  const example = exampleNamed("broken-network");
  await prepare(world.aws, example);
  const manifests = await manifestsOf(example);
  world.apply(...manifests);
  const networkReady = (): Condition | undefined => {
    const environment = world.store
      .objects(BatchComputeEnvironmentKind)
      .find(({ metadata }) => metadata.name === "broken-network");
    const { conditions = [] } = (environment?.status ?? {}) as { readonly conditions?: readonly Condition[] };
    return conditions.find(({ type }) => type === "NetworkReady");
  };
  await world.until("the environment reports it", () => networkReady()?.status === "False", 300);
  expect(networkReady()?.message).toMatch(/subnet-0d44000000000000a.*no public IP.*Fix: /);
  await world.untilReady(900);
  for (const job of readAccount(example.directory).account?.jobs ?? []) {
    await world.aws.outside.submitJob({ jobName: job.name, jobQueue: job.queue, jobDefinition: job.definition });
  }
  await world.seconds(600);
  expect(world.aws.truth.jobs().map(({ status }) => status)).toEqual(["RUNNABLE"]);

  const text = readFileSync(`${example.directory}/compute-environment.yaml`, "utf8");
  const [, commented = ""] = /^# One of the fixes:\n((?:# .*\n)+)/m.exec(text) ?? [];
  const { documents } = documentsOf("fix", commented.replaceAll(/^# (?:---\n)?/gm, ""));
  const [fix] = documents.map(({ value }) => value as Manifest);
  if (fix === undefined) throw new Error("the manifest has a network that is commented out");
  world.apply({ ...fix, metadata: { ...fix.metadata, namespace: "default" } });
  await world.until("the job ends", () => world.aws.truth.jobs().every(({ status }) => status === "SUCCEEDED"), 1800);
  await world.until("the environment reports it", () => networkReady()?.status === "True", 900);
});
