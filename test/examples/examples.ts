/** The examples as they lie in the repository, and what AWS must have before they can be Ready. */

import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { kinds } from "../../src/api/v1alpha1/kinds.ts";
import { type Manifest, MemoryStore } from "../../src/kube/memory-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import type { SimulatedAws } from "../../src/simulator/simulated-aws.ts";
import { manifestOf, readDirectory, withSchemaDefaults } from "../../src/tools/manifests.ts";
import { describeIn, readAccount } from "../../src/tools/simulated-account.ts";
import { aWorld } from "../stories/story.ts";
import type { World } from "../world.ts";

export interface Example {
  /** e.g. `blue-green-story/1-first`. */
  readonly name: string;
  readonly directory: string;
}

export const examplesRoot = fileURLToPath(new URL("../../examples", import.meta.url));

/** Manifests for Argo Workflows, Argo CD and Helm, which need a cluster with the quickstart: they have tests of their own. */
export const workflowsDirectory = join(examplesRoot, "jobs-in-workflows");

/** Every directory that holds manifests itself, so that a new example is tested without being named here. */
export const examples: readonly Example[] = directoriesBelow(examplesRoot)
  .filter((directory) => directory !== workflowsDirectory && !directory.startsWith(join(workflowsDirectory, sep)))
  .filter((directory) => readdirSync(directory).some((file) => file.endsWith(".yaml")))
  .map((directory) => ({ name: relative(examplesRoot, directory), directory }))
  .sort((left, right) => (left.name < right.name ? -1 : 1));

/** Examples of which every object becomes Ready: all except the intended mistake, and the job that is meant to fail. */
export const possibleExamples = examples.filter(({ name }) => !name.endsWith("-impossible") && name !== "jobs");

/** Whether the example describes the account that it is simulated in: nothing else can live there. */
export function describesAccount({ directory }: Example): boolean {
  return readAccount(directory).account !== undefined;
}

export function exampleNamed(name: string): Example {
  const found = examples.find((example) => example.name === name);
  if (found === undefined) throw new Error(`there is no example ${name}`);
  return found;
}

/** The manifests as `local` puts them into its store. */
export async function manifestsOf({ name, directory }: Example): Promise<readonly Manifest[]> {
  const { manifests, problems } = await readDirectory(directory, new AbortController().signal);
  if (problems.length > 0) throw new Error(`${name}: ${JSON.stringify(problems)}`);
  return manifests.map(manifestOf);
}

/** The region that some examples name, because an ARN in them does. */
export const region = "us-east-1";

/** Those whose roles are all made: nothing else has to serve in their place. */
export const selfContained: readonly string[] = ["classic-ec2", "seed", "spot"];

/** Makes what the README of an example says must be there. */
export async function prepare(aws: SimulatedAws, { name, directory }: Example): Promise<void> {
  const { account, problems } = readAccount(directory);
  if (problems.length > 0) throw new Error(`${name}: ${JSON.stringify(problems)}`);
  if (account !== undefined) describeIn(aws, account);
}

/** A world whose store fills in defaults as the API server does. */
export async function exampleWorld(): Promise<World> {
  const clock = new VirtualClock();
  let uids = 0;
  const store = new MemoryStore({ clock, newUid: () => `uid-${++uids}`, admit: withSchemaDefaults });
  return await aWorld({ clock, store, region });
}

/** What is not gone in AWS, by name. */
export function liveNames(aws: SimulatedAws): readonly string[] {
  const { truth } = aws;
  const isLive = ({ status }: { readonly status?: string | undefined }): boolean =>
    status !== "DELETED" && status !== "INACTIVE";
  return [
    ...truth
      .computeEnvironments()
      .filter(isLive)
      .map((one) => one.computeEnvironmentName),
    ...truth
      .jobQueues()
      .filter(isLive)
      .map((one) => one.jobQueueName),
    ...truth
      .jobDefinitions()
      .filter(isLive)
      .map((one) => `${one.jobDefinitionName}:${one.revision}`),
    ...truth.schedulingPolicies().map(({ name }) => name),
    ...truth
      .serviceEnvironments()
      .filter(isLive)
      .map((one) => one.serviceEnvironmentName),
    ...truth.consumableResources().map((one) => one.consumableResourceName),
    ...truth.quotaShares().map((one) => one.quotaShareName),
  ];
}

/** Jobs that AWS knows, also those that have ended. */
export function jobNames({ truth }: SimulatedAws): readonly string[] {
  return truth.jobs().map(({ request }) => request.jobName ?? "");
}

/** Roles and instance profiles, by name, but for those that AWS makes for its own services. */
export function identityNames({ truth }: SimulatedAws): readonly string[] {
  return [...truth.roles(), ...truth.instanceProfiles()]
    .filter(({ path }) => !path.startsWith("/aws-service-role/"))
    .map(({ name }) => name);
}

export function deleteAll({ store }: World): void {
  for (const kind of kinds) for (const { metadata } of store.objects(kind)) store.delete(kind, metadata);
}

function directoriesBelow(directory: string): string[] {
  const own = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => join(directory, name));
  return own.flatMap((one) => [one, ...directoriesBelow(one)]);
}
