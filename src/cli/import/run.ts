import { type KindName, kindOf, kinds } from "../../api/v1alpha1/kinds.ts";
import { awsNameOf } from "../../controllers/naming.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { OperatorFlags } from "../flags.ts";
import { CommandError } from "../io.ts";
import { crds } from "../manifests.ts";
import type { ReadAccount } from "../plan/copy/cloud.ts";
import type { Plan } from "../plan/entry.ts";
import { planIn } from "../plan.ts";
import { isRecord } from "../validation/defaults.ts";
import { documentsOf, type LoadedManifests, type ManifestDocument } from "../validation/manifests.ts";
import { pathText } from "../validation/problem.ts";
import { type ValidManifest, validateManifests } from "../validation/validate.ts";
import { type Decision, decide, fileText, type ImportedObject } from "./decide.ts";
import type { Folder } from "./folder.ts";
import { resourceKey } from "./names.ts";
import { type HiddenValue, operatorFlags, type Report, type WrittenObject } from "./report.ts";

/** An import: reads the account, decides, validates, writes and plans. */

export interface ImportOptions {
  /** The first one is that of objects that name none. */
  readonly regions: readonly string[];
  readonly namespace: string;
  /** Globs of names in AWS. */
  readonly names: readonly string[];
  readonly retain: boolean;
  readonly dryRun: boolean;
  readonly clusterName: string;
  /** Of the operator that is to adopt the objects. */
  readonly flags: OperatorFlags;
}

export interface ImportPorts {
  readonly account: ReadAccount;
  readonly folder: Folder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * @throws AwsError when AWS Batch cannot be read
 * @throws CommandError when the directory cannot be read or written, or has a file that the import would replace
 */
export async function importAccount(options: ImportOptions, ports: ImportPorts): Promise<Report> {
  const { account, folder } = ports;
  const { namespace, names, retain, dryRun, clusterName, flags } = options;
  const loaded = await folder.load();
  const regions = [];
  for (const name of options.regions) regions.push(await account.region(name));
  const decision = decide(regions, {
    namespace,
    names,
    retain,
    clusterName,
    ignoreTagKeys: flags.ignoreTagKeys ?? [],
    crds,
    known: namesIn(loaded, options),
  });
  const files = await filesOf(decision, folder);
  const documents = [...withoutFiles(loaded, files), ...files.flatMap(({ documents: own }) => own)];
  const { manifests, problems } = validateManifests(documents, crds);
  const allProblems = [...loaded.problems, ...problems];
  if (!dryRun)
    for (const { object, change, text } of files) if (change === "new") await folder.write(object.file, text);
  const ignoreTagKeys = [...new Set([...(flags.ignoreTagKeys ?? []), ...decision.toolTagKeys])];
  const { skipped, inexpressible, renamed } = decision;
  return {
    account: account.cloud.account,
    namespace,
    dryRun,
    imported: files.map(writtenObject),
    skipped,
    inexpressible,
    renamed,
    secrets: files.flatMap(hiddenIn),
    operatorFlags: operatorFlags(decision.objects, { namespace, names, ignoreTagKeys }),
    problems: allProblems,
    plan:
      allProblems.length > 0 || files.length === 0
        ? undefined
        : await planOfImported(manifests, decision, { ...options, flags: { ...flags, ignoreTagKeys } }, ports),
  };
}

/** An object with the text of its file. */
interface ImportedFile {
  readonly object: ImportedObject;
  readonly path: string;
  readonly text: string;
  readonly change: WrittenObject["change"];
  readonly documents: readonly ManifestDocument[];
}

async function filesOf({ objects }: Decision, folder: Folder): Promise<readonly ImportedFile[]> {
  return await Promise.all(
    objects.map(async (object): Promise<ImportedFile> => {
      const [path, text, before] = [folder.pathOf(object.file), fileText(object), await folder.read(object.file)];
      if (before !== undefined && before !== text) {
        throw new CommandError(`${path} exists and differs from what AWS has: import into another directory`);
      }
      const { documents } = documentsOf(path, text);
      return { object, path, text, change: before === undefined ? "new" : "unchanged", documents };
    }),
  );
}

function withoutFiles({ documents }: LoadedManifests, files: readonly ImportedFile[]): readonly ManifestDocument[] {
  const paths = new Set(files.map(({ path }) => path));
  return documents.filter(({ file }) => !paths.has(file));
}

/** Names of the objects in a directory, by `resourceKey` of what they have in AWS. */
function namesIn(
  { documents }: LoadedManifests,
  { namespace, regions: [defaultRegion = ""] }: ImportOptions,
): ReadonlyMap<string, string> {
  return new Map(
    documents.flatMap(({ value }): [string, string][] => {
      if (!isRecord(value) || !isRecord(value["metadata"]) || !isRecord(value["spec"])) return [];
      const { kind, metadata, spec } = value;
      const { name, namespace: its = "default" } = metadata;
      if (!isKindName(kind) || its !== namespace || typeof name !== "string") return [];
      const region = typeof spec["region"] === "string" ? spec["region"] : defaultRegion;
      const awsName = awsNameOf(kindOf(kind), { metadata: { namespace, name }, spec });
      return [[resourceKey({ kind, region, awsName }), name]];
    }),
  );
}

function isKindName(text: unknown): text is KindName {
  return kinds.some(({ kind }) => kind === text);
}

function writtenObject({ object: { kind, region, awsName, name }, path, change }: ImportedFile): WrittenObject {
  return { kind, region, awsName, name, file: path, change };
}

function hiddenIn({ object, path, documents }: ImportedFile): readonly HiddenValue[] {
  return object.secrets.map((at) => ({
    file: path,
    line: documents[0]?.placeOf(at).line ?? 1,
    field: pathText(at),
  }));
}

/** What an operator with the reported flags would do about the imported objects. */
async function planOfImported(
  manifests: readonly ValidManifest[],
  { objects }: Decision,
  { flags, namespace, names, regions, clusterName }: ImportOptions,
  { account, clock, signal }: ImportPorts,
): Promise<Plan> {
  const adoptableNames = names.map((glob) => `${namespace}/${glob}`);
  const plan = await planIn(account, manifests, {
    flags: { ...flags, allowedRegions: regions, adoptableNames },
    clusterName,
    remembered: undefined,
    signal,
    clock,
  });
  const imported = new Set(objects.map(({ kind, name }) => `${kind} ${name}`));
  const entries = plan.entries.filter(
    (entry) => entry.namespace === namespace && imported.has(`${entry.kind} ${entry.name}`),
  );
  return { ...plan, entries, warnings: [] };
}
