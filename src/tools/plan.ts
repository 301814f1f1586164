/**
 * The door of `plan`: reads the account and the manifests (`plan/copy`, `plan/objects.ts`), lets the operator work on a copy
 * (`plan/rehearsal.ts`), makes an entry for each object (`plan/entries.ts`, `plan/titles.ts`) and shows them (`plan/document.ts`,
 * `json.ts`).
 */

import { statSync } from "node:fs";
import { Command } from "commander";
import type { KubeObject } from "../api/object.ts";
import { dryRunAnnotation } from "../api/v1alpha1/annotations.ts";
import { matchesAny } from "../controllers/ownership/glob.ts";
import type { NamespaceMetadata } from "../kube/namespaces.ts";
import { type Cloud, realCloud } from "../operator/cloud.ts";
import { type OperatorFlags, operatorOptions } from "../operator/flags.ts";
import { type Ending, exitCodes, type Io, refuse } from "../operator/io.ts";
import { type ApiServer, apiServer } from "../operator/kubernetes.ts";
import { withAwsName } from "../operator/naming-store.ts";
import { defaultRequestsPerSecond, settingsFrom } from "../operator/settings.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { StoreError } from "../runtime/store.ts";
import { notBefore } from "./clock.ts";
import { type Format, formatOption, show } from "./document/show.ts";
import { defaultClusterName, homeRegion, type LocalState, readState, stateFile } from "./local/state.ts";
import { addManifestOptions, type ManifestFlags, type ManifestSources, sourcesIn } from "./manifest-options.ts";
import { type ReadManifests, readManifests } from "./manifests.ts";
import { asApplied, checkedByCluster, type ReadCluster, readCluster } from "./plan/cluster.ts";
import { ReadAccount, type ReadRegion } from "./plan/copy/cloud.ts";
import { planDocument } from "./plan/document.ts";
import { entriesOf } from "./plan/entries.ts";
import { isBlocked, isChange, isDisruptive, type Plan } from "./plan/entry.ts";
import { planJson } from "./plan/json.ts";
import { applied, concerned, orphansAmong, type PlannedObject } from "./plan/objects.ts";
import { withPlaceholders } from "./plan/placeholders.ts";
import { rehearse } from "./plan/rehearsal.ts";
import { objectText } from "./plan/steps.ts";
import { readAccount } from "./simulated-account.ts";
import { SimulatedCloud, simulatedRegion } from "./simulated-cloud.ts";
import { refuseManifests } from "./validate.ts";
import { problemText } from "./validation/problem.ts";
import type { ValidManifest } from "./validation/validate.ts";

interface PlanFlags extends OperatorFlags, ManifestFlags {
  readonly kubeconfig?: string;
  /** False: `--no-cluster`. */
  readonly cluster: boolean;
  readonly simulate?: boolean;
  readonly output: Format;
}

const afterHelp = `
The command reads the account, lets the operator work on a copy of it in this process, and prints every write that it
sends there, in order, with what it waits for in between. Nothing is written to the account. Time costs nothing in the
copy. A wait for jobs is shown, and what follows is planned as if they had ended. A wait for a person or for a missing
object ends the plan of an object. What AWS alone decides, such as ids, is known after apply.

With --kubeconfig it plans to apply the manifests to that cluster, where other objects stay as
they are, and the API server validates the manifests. Without --kubeconfig it plans to delete every resource with the
tags of the cluster name and without a manifest, which \`local\` does only with --prune, so give it all manifests at once.
Then it reads --region and the regions in the manifests and in the state of \`local\`. With --simulate it compares with
the state that \`local --simulate\` left in the directory, or with an empty account.

Signs: + create, ~ adopt, update in place or register a revision, ± replace, - delete, . forget (the object goes, AWS
keeps what it has), ! blocked, > goes on with a replacement that was begun before, = unchanged.

Exit code: 0 no changes by these manifests; 1 invalid manifests, or AWS cannot be read; 2 changes; 3 changes with a replacement, a deletion
or jobs that may be terminated; 4 an object is blocked until a person does something, whatever else changes.`;

export function planCommand(io: Io, ending: Ending): Command {
  const command = addManifestOptions(new Command("plan"))
    .summary("show every write that applying manifests would cause in AWS; writes nothing")
    .description(
      "Shows every write that applying manifests would cause in AWS, for a person or a pull request. Writes nothing.",
    )
    .option("--kubeconfig <file>", "kubeconfig of the target cluster")
    .option("--no-cluster", "compare manifests only with AWS, without a Kubernetes cluster (default)")
    .option("--simulate", "compare with a simulated AWS: no account, no credentials")
    .addOption(formatOption("output"));
  for (const option of operatorOptions()) command.addOption(option);
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => plan(command.opts<PlanFlags>(), io)));
}

async function plan(flags: PlanFlags, io: Io): Promise<number> {
  const sources = sourcesIn(flags);
  const server = clusterOf(flags, io);
  try {
    return await planFrom(sources, flags, server, io);
  } finally {
    await server?.close();
  }
}

function clusterOf({ kubeconfig, cluster, simulate = false }: PlanFlags, io: Io): ApiServer | undefined {
  if (kubeconfig === undefined) return undefined;
  refuse([
    !cluster && "--kubeconfig and --no-cluster exclude each other",
    simulate && "--kubeconfig and --simulate exclude each other: a cluster uses the real AWS",
  ]);
  return apiServer(kubeconfig, io.env, { clock: systemClock(), onAnswer: undefined });
}

async function planFrom(
  sources: ManifestSources,
  flags: PlanFlags,
  server: ApiServer | undefined,
  io: Io,
): Promise<number> {
  const { simulate = false } = flags;
  const { interrupted: signal } = io;
  const read = await readManifests(sources, io, server);
  const cluster = server === undefined ? undefined : await readCluster(server, signal);
  const manifests = cluster === undefined ? read.manifests : asApplied(read.manifests, cluster);
  const checked =
    cluster === undefined || read.problems.length > 0
      ? { problems: read.problems, warnings: [] }
      : await checkedByCluster(manifests, cluster, signal);
  if (checked.problems.length > 0) {
    return refuseManifests({ ...read, ...checked }, io);
  }
  const clusterName = flags.clusterName ?? (simulate ? defaultClusterName : "default");
  const directory = directoryOf(sources);
  const remembered =
    cluster === undefined && directory !== undefined
      ? readState(stateFile(directory, clusterName, simulate))
      : undefined;
  const clock = notBefore(systemClock(), simulate ? (remembered?.savedAt ?? 0) : 0);
  const cloud = simulate ? simulatedCloud(flags, directory, remembered, clock) : await realCloud(flags, io.env, signal);
  const made = await planOf(manifests, {
    flags,
    cloud,
    clusterName,
    remembered,
    cluster,
    namespaces: read.namespaces,
    signal,
    clock,
  });
  const whole = { ...made, warnings: [...checked.warnings, ...made.warnings] };
  show({ document: () => planDocument(whole), json: () => planJson(whole) }, flags.output, io);
  if (made.entries.some(isBlocked)) return exitCodes.blocked;
  if (made.entries.some(isDisruptive)) return exitCodes.disruption;
  return made.entries.some(isChange) ? exitCodes.changes : exitCodes.done;
}

/** The one directory that was given, as to `local`, which keeps its state there; undefined: files, or several sources. */
function directoryOf({ paths, kustomization }: ManifestSources): string | undefined {
  const [path, ...others] = kustomization === undefined ? paths : [];
  if (path === undefined || others.length > 0) return undefined;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : undefined;
}

/** @throws CommandError if the description of the account in the directory is invalid */
function simulatedCloud(
  flags: PlanFlags,
  directory: string | undefined,
  remembered: LocalState | undefined,
  clock: Clock,
): SimulatedCloud {
  const region = flags.region ?? homeRegion(remembered ?? {}) ?? simulatedRegion;
  const cloud = new SimulatedCloud({ clock, random: Math.random, region }, remembered?.aws);
  const { account, problems } = directory === undefined ? { problems: [] } : readAccount(directory);
  refuse(problems.map(problemText));
  if (account !== undefined) cloud.describe(account);
  return cloud;
}

interface PlanInput extends AccountInput {
  readonly cloud: Cloud;
}

interface AccountInput {
  readonly flags: OperatorFlags;
  readonly clusterName: string;
  readonly remembered: LocalState | undefined;
  /** That the manifests go into. */
  readonly cluster?: ReadCluster | undefined;
  /** Of the manifests: they are applied together. Left out: none. */
  readonly namespaces?: ReadManifests["namespaces"];
  /** False: networks are not read on purpose, so nothing is said of them. */
  readonly readsNetwork?: boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Reads the account, and lets the operator work on a copy of it until nothing is left that it can do: once only planning,
 * for what each object would change and why, and once in earnest, for the writes.
 * @throws AwsError when AWS Batch cannot be read
 */
export async function planOf(manifests: readonly ValidManifest[], { cloud, ...input }: PlanInput): Promise<Plan> {
  const { flags, signal, clock } = input;
  const requestsPerSecond = flags.awsRequestsPerSecond ?? defaultRequestsPerSecond;
  return await planIn(new ReadAccount(cloud, { clock, requestsPerSecond, signal }), manifests, input);
}

/**
 * The same for an account of which something may have been read already: nothing is read twice.
 * @throws AwsError when AWS Batch cannot be read
 */
export async function planIn(
  account: ReadAccount,
  manifests: readonly ValidManifest[],
  input: AccountInput,
): Promise<Plan> {
  const { flags, clusterName, remembered, cluster, readsNetwork = true, signal, clock } = input;
  const inManifests: ReadManifests["namespaces"] = input.namespaces ?? new Map();
  const { cloud } = account;
  const before = cluster?.objects ?? remembered?.store.objects.map(({ object }) => object) ?? [];
  const regions: ReadRegion[] = [];
  const isAllowed = (region: string): boolean =>
    region === cloud.region || matchesAny(flags.allowedRegions ?? [], region);
  for (const region of regionsOf([...manifests, ...before.map((object) => ({ object }))], cloud.region).filter(
    isAllowed,
  )) {
    regions.push(await account.region(region));
  }
  const { clusterPrefix } = settingsFrom({ ...flags, clusterName }, cloud.region).names;
  const names = { clusterName, formerName: flags.renameClusterFrom };
  const { objects: given, clusterUid } = applied({
    manifests,
    before,
    regions,
    ...names,
    clusterUid: cluster?.uid ?? remembered?.clusterUid,
    prunes: cluster === undefined,
    now: clock.now(),
  });
  const around = { defaultRegion: cloud.region, cluster: { name: clusterName } };
  const objects = given.map((one) => ({ ...one, object: withAwsName(one.object, clusterPrefix) }));
  const reconciled =
    cluster === undefined ? new Set(objects.map(({ object }) => objectText(object))) : concerned(objects, around);
  const { namespaces, unread } = await namespacesOf(objects, { cluster, inManifests }, signal);
  const options = {
    account,
    reconciled,
    namespaces,
    flags: { ...flags, clusterName },
    clusterUid,
    startAt: clock.now(),
    signal,
  };
  const dry = await rehearse({ ...options, objects: objects.map(({ object }) => planningOnly(object)) });
  const real = await rehearse({ ...options, objects: objects.map(({ object }) => object) });
  const planned = objects.filter(({ object }) => reconciled.has(objectText(object)));
  const entries = withPlaceholders(
    await entriesOf({ planned, dry, real, regions, names, defaultRegion: cloud.region, readsNetwork }, signal),
    manifests,
  );
  const warnings = [...unread, ...warningsOf({ manifests, objects, entries }, input, { regions, clusterUid })];
  return { clusterName, account: cloud.account, entries, warnings };
}

interface Planned {
  readonly manifests: readonly ValidManifest[];
  readonly objects: readonly PlannedObject[];
  readonly entries: Plan["entries"];
}

function warningsOf(
  { manifests, objects, entries }: Planned,
  { cluster, clusterName, flags: { renameClusterFrom: formerName } }: AccountInput,
  { regions, clusterUid }: { readonly regions: readonly ReadRegion[]; readonly clusterUid: string },
): readonly string[] {
  if (cluster !== undefined)
    return orphansAmong(objects, regions, { clusterName, formerName, clusterUid }).map(orphanWarning);
  return [
    ...(manifests.length > 0
      ? []
      : ["there is no object of awsbatch.dev among the manifests: everything would be deleted"]),
    ...(entries.some(({ action }) => action === "delete") ? [pruneWarning] : []),
  ];
}

const pruneWarning = "local deletes what has no manifest only with --prune, and leaves it in AWS otherwise";

/** The same object, for which the operator plans and writes nothing. */
function planningOnly(object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [dryRunAnnotation]: "true" };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

interface ReadNamespaces {
  readonly namespaces: ReadonlyMap<string, NamespaceMetadata>;
  /** Why some are not known, in words. */
  readonly unread: readonly string[];
}

async function namespacesOf(
  objects: readonly PlannedObject[],
  {
    cluster,
    inManifests,
  }: { readonly cluster: ReadCluster | undefined; readonly inManifests: ReadManifests["namespaces"] },
  signal: AbortSignal,
): Promise<ReadNamespaces> {
  const namespaces = new Map(inManifests);
  const unread: string[] = [];
  if (cluster === undefined) return { namespaces, unread };
  for (const name of new Set(objects.map(({ object }) => object.metadata.namespace))) {
    if (namespaces.has(name)) continue;
    try {
      const metadata = await cluster.namespace(name, signal);
      if (metadata !== undefined) namespaces.set(name, metadata);
    } catch (error) {
      if (!(error instanceof StoreError) || signal.aborted) throw error;
      unread.push(
        `labels and annotations of the namespace ${name} are unknown, and taken to be none: ${error.message}`,
      );
    }
  }
  return { namespaces, unread };
}

/** Without an object nobody deletes it. */
function orphanWarning(name: string): string {
  return `${name} in AWS bears the tags of this cluster, but the cluster has no object for it`;
}

/** Whatever a manifest or a remembered object names, and the region of those that name none. */
function regionsOf(named: readonly { readonly object: { readonly spec: unknown } }[], own: string): readonly string[] {
  const regions = named.map(({ object }) => (object.spec as { readonly region?: string }).region ?? own);
  return [...new Set([own, ...regions])];
}
