import { type KindName, kindOf, kinds } from "../../api/v1alpha1/kinds.ts";
import { nameIn } from "../../aws/names.ts";
import { matchesAny } from "../../controllers/ownership/glob.ts";
import { belongsTo, prefixOfKind } from "../../controllers/ownership/naming.ts";
import type { OperatorFlags } from "../../operator/flags.ts";
import { CommandError } from "../../operator/io.ts";
import { withAwsName } from "../../operator/naming-store.ts";
import { settingsFrom } from "../../operator/settings.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Replaced } from "../files/files-below.ts";
import { crds } from "../manifests.ts";
import type { ReadAccount, ReadRegion } from "../plan/copy/cloud.ts";
import type { Plan } from "../plan/entry.ts";
import { planIn } from "../plan.ts";
import { isRecord } from "../validation/defaults.ts";
import { documentsOf, type LoadedManifests, type ManifestDocument } from "../validation/manifests.ts";
import { placeholdersIn } from "../validation/placeholders.ts";
import { pathText } from "../validation/problem.ts";
import { byName, type Named, recordNameIn } from "../validation/references.ts";
import { type ValidManifest, validateManifests, wholeDirectory } from "../validation/validate.ts";
import { type Adopter, type Described, gone } from "./adoptable.ts";
import { adoptableNames } from "./adoptable-names.ts";
import { type Changes, changesOf, valueAt } from "./changes.ts";
import { type Decision, decide, fileText, type ImportedObject, rolesToRead, specSchema } from "./decide.ts";
import { editedText } from "./edit.ts";
import type { Folder } from "./folder.ts";
import { type Found, foundIn, resourceOf, type Skipped } from "./found.ts";
import { type HandOver, handOver } from "./hand-over.ts";
import { importedKinds, type Members } from "./kinds.ts";
import { type NamedResource, type Prefixes, resourceKey } from "./names.ts";
import { hashed, hashOf, type Remembered, rememberedFile, rememberedIn, rememberedText } from "./remembered.ts";
import {
  featuresFor,
  type GoneObject,
  type HiddenValue,
  operatorFlags,
  type Report,
  type WrittenObject,
} from "./report.ts";
import { readRoles } from "./role-reading.ts";
import { limitsFor, namedRoleArns, type RoleChoice } from "./roles.ts";
import type { Checked } from "./secrets.ts";
import type { Source } from "./source.ts";

/** An import: reads the account, decides, validates, writes and plans. */

export interface ImportOptions {
  /** The first one is that of objects that name none. */
  readonly regions: readonly string[];
  readonly namespace: string;
  /** Globs of names in AWS. */
  readonly names: readonly string[];
  readonly retain: boolean;
  /** Names of values that are written although they are probably secrets. */
  readonly keptValues: readonly string[];
  readonly dryRun: boolean;
  /** Whether roles stay as they are, named by ARN, or the operator makes such roles of its own, as far as it can. */
  readonly roles: "keep" | "manage";
  readonly clusterName: string;
  /** The other tool whose resources are imported; undefined: everything in the account. */
  readonly source: Source | undefined;
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
 * @throws CommandError when the directory cannot be read or written, or has a file of another object where one is to be written
 */
export async function importAccount(options: ImportOptions, ports: ImportPorts): Promise<Report> {
  const { account, folder } = ports;
  const { namespace, names, retain, keptValues, dryRun, clusterName, flags } = options;
  const { source, elsewhere } = ofAccount(options.source, account.cloud.account);
  const loaded = await folder.load(ports.signal);
  const regions = [];
  for (const name of options.regions) regions.push(await account.region(name));
  const { clusterPrefix = "" } = settingsFrom({ ...flags, clusterName }, account.cloud.region).names;
  const existing = existingIn(loaded, options, clusterPrefix);
  const known = new Map([...existing].map(([key, { name }]) => [key, name]));
  const ignored = flags.ignoreTagKeys ?? [];
  const only = source?.resources;
  const choice = {
    namespace,
    region: options.regions[0] ?? "",
    names,
    retain,
    keptValues,
    clusterName,
    clusterPrefix,
    ignoreTagKeys: ignored,
    crds,
    known,
    only,
  };
  const all = regions.flatMap(foundIn);
  const roles =
    options.roles === "keep" ? undefined : await roleChoice(regions, rolesToRead(all, choice), ports.signal);
  const decision = decide(all, { ...choice, roles });
  const memory = rememberedAt(folder);
  const lacking = goneFrom(existing, regions, all, options);
  // What is adopted already, the other tool has to give up all the same.
  const handedOver = source && handOver(source, new Set([...decision.objects.map(resourceKey), ...decision.owned]));
  const written = writtenObjects(decision, existing, memory.specs, folder);
  const handOverFiles = writtenForTool(handedOver, memory.files, folder);
  if (!dryRun) {
    save([written.files, handOverFiles], folder);
    remember({ specs: written.remembered, files: hashesOf(handedOver, memory.files) }, memory.text, folder);
  }
  const { manifests, problems } = validateManifests(documentsAfter(loaded, written), crds, wholeDirectory);
  const allProblems = [...loaded.problems, ...problems];
  const ignoreTagKeys = [...new Set([...ignored, ...decision.toolTagKeys])];
  const { inexpressible, renamed } = decision;
  const limits = limitsFor(decision.objects, flags);
  const objects = [...written.objects];
  const adoptable = adoptableFor(decision, existing, all, { names, namespace, clusterPrefix });
  return {
    account: account.cloud.account,
    namespace,
    dryRun,
    imported: objects,
    gone: goneObjects(lacking, memory.specs, loaded),
    skipped: [...decision.skipped, ...elsewhere],
    inexpressible,
    renamed,
    secrets: hiddenIn(manifests, decision),
    values: checkedIn(decision),
    roles: decision.roles,
    features: featuresFor(decision.objects),
    operatorFlags: operatorFlags(decision.objects, { adoptableNames: adoptable, ignoreTagKeys, limits }),
    namedRoles: namedRoleArns(decision.objects, {
      account: account.cloud.account,
      partition: regions[0]?.partition ?? "aws",
    }),
    source: source && {
      tool: source.tool,
      others: source.others,
      notes: source.notes,
      steps: handedOver?.steps ?? [],
    },
    problems: allProblems,
    plan:
      allProblems.length > 0 || objects.length + lacking.length === 0
        ? undefined
        : await planOfDirectory(
            manifests,
            [...objects, ...lacking],
            { ...options, flags: { ...flags, ...limits, ignoreTagKeys, adoptableNames: adoptable } },
            ports,
          ),
  };
}

/** IAM is the same in all regions. */
async function roleChoice(
  regions: readonly ReadRegion[],
  { named, purposes }: ReturnType<typeof rolesToRead>,
  signal: AbortSignal,
): Promise<RoleChoice | undefined> {
  const [region] = regions;
  if (region === undefined) return undefined;
  const { account, partition } = region;
  const roles = named.length === 0 ? new Map() : await readRoles(named, await region.iam(), signal);
  return { roles, purposes, place: { account, partition } };
}

/**
 * What the other tool manages in this account; a list of several accounts, as of provider aliases, is imported once for each.
 * @throws CommandError when all of it is in other accounts
 */
function ofAccount(
  source: Source | undefined,
  account: string,
): { readonly source: Source | undefined; readonly elsewhere: readonly Skipped[] } {
  const others = source?.resources.filter((one) => one.account !== account) ?? [];
  const [other] = others;
  if (source === undefined || other === undefined) return { source, elsewhere: [] };
  if (others.length === source.resources.length) {
    throw new CommandError(
      `${other.address} is in account ${other.account}, and the credentials belong to account ${account}: use those of ${other.account}`,
    );
  }
  return {
    source: { ...source, resources: source.resources.filter((one) => one.account === account) },
    elsewhere: others.map((one) => ({
      ...resourceOf(one),
      why: `${one.address} is in account ${one.account}: import it with the credentials of that account`,
    })),
  };
}

/** An object that the directory has. */
interface Existing extends Described {
  readonly document: ManifestDocument;
  /** Among the objects of its file. */
  readonly index: number;
}

/** By `resourceKey` of what the objects have in AWS. */
function existingIn(
  { documents }: LoadedManifests,
  { namespace, regions: [defaultRegion = ""] }: ImportOptions,
  clusterPrefix: string,
): ReadonlyMap<string, Existing> {
  const counts = new Map<string, number>();
  const all = documents.flatMap((document): readonly ManifestedObject[] => {
    const index = counts.get(document.file) ?? 0;
    counts.set(document.file, index + 1);
    const { value } = document;
    if (!isRecord(value) || !isRecord(value["metadata"]) || !isRecord(value["spec"])) return [];
    const { kind, metadata, spec } = value;
    const { name, namespace: its = "default" } = metadata;
    if (!isKindName(kind) || its !== namespace || typeof name !== "string") return [];
    const named = withAwsName({ kind, metadata: { namespace, name }, spec }, clusterPrefix);
    return [{ document, index, named: { kind, namespace, name, spec: named.spec } }];
  });
  const objects = byName(all.map(({ named }) => named));
  return new Map(
    all.flatMap(({ named, document, index }): [string, Existing][] => {
      const { kind, name, spec } = named;
      const region = isRecord(spec) && typeof spec["region"] === "string" ? spec["region"] : defaultRegion;
      const awsName = recordNameIn(named, objects);
      if (awsName === undefined) return [];
      const resource = { kind, region, awsName };
      return [[resourceKey(resource), { ...resource, name, document, index }]];
    }),
  );
}

interface ManifestedObject extends Pick<Existing, "document" | "index"> {
  readonly named: Named & { readonly kind: KindName };
}

/** What the directory describes of the regions that were read, and AWS does not have. */
function goneFrom(
  existing: ReadonlyMap<string, Existing>,
  regions: readonly ReadRegion[],
  all: readonly Found[],
  adopter: Adopter,
): readonly Existing[] {
  const read = new Set(regions.map(({ name }) => name));
  const inQuestion = [...existing.values()].filter(({ kind, region }) => read.has(region) && isImported(kind));
  return gone(inQuestion, all, adopter);
}

/** What an earlier import has written of that; the rest may be a person's plan. */
function goneObjects(
  lacking: readonly Existing[],
  remembered: Remembered["specs"],
  { documents }: LoadedManifests,
): readonly GoneObject[] {
  return lacking
    .filter((one) => remembered.has(resourceKey(one)))
    .map(({ kind, region, awsName, name, document: { file } }) => {
      const isAlone = documents.filter((one) => one.file === file).length === 1;
      return { kind, region, awsName, name, file, isAlone };
    });
}

/** A text for a file, and what it takes the place of. */
interface NewText {
  readonly text: string;
  readonly replaced: Replaced;
}

/** By path, what differs from before. */
type NewTexts = ReadonlyMap<string, NewText>;

interface Written {
  readonly objects: readonly WrittenObject[];
  readonly files: NewTexts;
  readonly remembered: Remembered["specs"];
}

function rememberedAt(folder: Folder): Remembered & { readonly text: string | undefined } {
  const path = folder.pathOf(rememberedFile);
  const text = folder.read(path);
  return { ...rememberedIn(text, path), text };
}

function writtenObjects(
  { objects }: Decision,
  existing: ReadonlyMap<string, Existing>,
  before: Remembered["specs"],
  folder: Folder,
): Written {
  const remembered = new Map(before);
  const files = new Map<string, NewText>();
  const written: WrittenObject[] = [];
  for (const object of objects) {
    const { kind, region, awsName, name, manifest } = object;
    const key = resourceKey(object);
    const known = existing.get(key);
    remembered.set(key, hashed(manifest.spec) as Members);
    if (known === undefined) {
      const file = folder.pathOf(object.file);
      if (folder.read(file) !== undefined) {
        throw new CommandError(
          `${file} is there, and is not of ${kind} ${name}: move it, or import into another directory`,
        );
      }
      files.set(file, { text: fileText(object), replaced: "nothing" });
      written.push({ kind, region, awsName, name, file, change: "new", fields: [], kept: [] });
      continue;
    }
    const { file } = known.document;
    const { changes, conflicts } = changesIn(object, known, before.get(key));
    if (changes.length > 0)
      files.set(file, editedFile(object, known, changes, files.get(file) ?? textAt(file, folder)));
    const [fields, kept] = [changes.map((one) => pathText(one.path)), conflicts.map(pathText)];
    written.push({
      kind,
      region,
      awsName,
      name,
      file,
      change: fields.length > 0 ? "updated" : "unchanged",
      fields,
      kept,
    });
  }
  return { objects: written, files, remembered };
}

/** A file as it is. */
function textAt(file: string, folder: Folder): NewText {
  const text = folder.read(file) ?? "";
  return { text, replaced: { text } };
}

/** @throws CommandError if the object is not in YAML of one line per field */
function editedFile(
  { kind, name }: ImportedObject,
  { document, index }: Existing,
  changes: Changes["changes"],
  { text, replaced }: NewText,
): NewText {
  const edited = editedText(text, index, changes);
  if (edited !== undefined) return { text: edited, replaced };
  throw new CommandError(
    `${document.file} is JSON, or has ${kind} ${name} in braces: write it as YAML of one line per field`,
  );
}

/**
 * The files for the other tool, as far as they differ from what is there.
 * @throws CommandError if there is one that no import has written, or that a person has changed since
 */
function writtenForTool(handedOver: HandOver | undefined, hashes: Remembered["files"], folder: Folder): NewTexts {
  const texts = new Map<string, NewText>();
  for (const [file, text] of handedOver?.files ?? []) {
    const path = folder.pathOf(file);
    const before = folder.read(path);
    if (before === text) continue;
    if (before !== undefined && hashes.get(file) !== hashOf(before)) {
      throw new CommandError(
        `${path} is there, and is not as an import has written it: move it, or import into another directory`,
      );
    }
    texts.set(path, { text, replaced: before === undefined ? "nothing" : { text: before } });
  }
  return texts;
}

function hashesOf(handedOver: HandOver | undefined, before: Remembered["files"]): Remembered["files"] {
  const written = [...(handedOver?.files ?? [])].map(([file, text]) => [file, hashOf(text)] as const);
  return new Map([...before, ...written]);
}

/** What no import has written is a person's. */
function changesIn({ kind, manifest }: ImportedObject, { document }: Existing, base: Members | undefined): Changes {
  if (base === undefined) return { changes: [], conflicts: [] };
  const mine = valueAt(document.value, ["spec"]);
  return changesOf({ base, next: manifest.spec, mine }, specSchema(kind, crds), ["spec"]);
}

function save(all: readonly NewTexts[], folder: Folder): void {
  for (const texts of all) for (const [path, { text, replaced }] of texts) folder.write(path, text, replaced);
}

function remember(remembered: Remembered, before: string | undefined, folder: Folder): void {
  const text = rememberedText(remembered);
  if (remembered.specs.size === 0 || text === before) return;
  folder.write(folder.pathOf(rememberedFile), text, before === undefined ? "nothing" : { text: before });
}

function documentsAfter({ documents }: LoadedManifests, { files }: Written): readonly ManifestDocument[] {
  return [
    ...documents.filter(({ file }) => !files.has(file)),
    ...[...files].flatMap(([file, { text }]) => documentsOf(file, text).documents),
  ];
}

function isImported(name: KindName): boolean {
  return importedKinds.some(({ kind }) => kind.kind === name);
}

function isKindName(text: unknown): text is KindName {
  return kinds.some(({ kind }) => kind === text);
}

/** Values of the imported objects that a person has still to write. */
function hiddenIn(manifests: readonly ValidManifest[], { objects }: Decision): readonly HiddenValue[] {
  const imported = new Set(objects.map(({ kind, name }) => `${kind} ${name}`));
  return manifests
    .filter(({ object, key }) => imported.has(`${object.kind} ${key.name}`))
    .flatMap(({ document }) =>
      placeholdersIn(document.value).map((at) => ({
        file: document.file,
        line: document.placeOf(at).line,
        field: pathText(at),
      })),
    );
}

function checkedIn({ objects }: Decision): Checked {
  const sum = (of: keyof Checked): number => objects.reduce((all, { checked }) => all + checked[of], 0);
  return { values: sum("values"), written: sum("written") };
}

/**
 * Names that the namespace has to be allowed to adopt. The flag also allows the names of what is adopted already, so those of
 * the whole directory stay in it, but for those that any object has by default.
 */
function adoptableFor(
  { objects }: Decision,
  existing: ReadonlyMap<string, Existing>,
  all: readonly Found[],
  { namespace, clusterPrefix, names: globs }: Prefixes & Pick<ImportOptions, "names">,
): readonly string[] {
  const nameOf = ({ awsName }: NamedResource): string => nameIn(awsName);
  const isDefault = (one: NamedResource): boolean =>
    belongsTo(namespace, nameOf(one), prefixOfKind(kindOf(one.kind), clusterPrefix));
  const adopted = objects.filter(({ kind }) => isImported(kind)).map(nameOf);
  const kept = [...existing.values()].filter((one) => !isDefault(one)).map(nameOf);
  const names = new Set([...adopted, ...kept].filter((name) => matchesAny(globs, name)));
  const others = all.map(nameOf).filter((name) => !names.has(name));
  return adoptableNames(globs, [...names], others).map((glob) => `${namespace}/${glob}`);
}

/** What an operator with the reported flags would do about the objects that are imported, and about those that AWS lacks. */
async function planOfDirectory(
  manifests: readonly ValidManifest[],
  objects: readonly Described[],
  { flags, namespace, regions, clusterName }: ImportOptions,
  { account, clock, signal }: ImportPorts,
): Promise<Plan> {
  const plan = await planIn(account, manifests, {
    flags: { ...flags, allowedRegions: regions },
    clusterName,
    remembered: undefined,
    readsNetwork: false,
    signal,
    clock,
  });
  const planned = new Set(objects.map(({ kind, name }) => `${kind} ${name}`));
  const entries = plan.entries.filter(
    (entry) => entry.namespace === namespace && planned.has(`${entry.kind} ${entry.name}`),
  );
  return { ...plan, entries, warnings: [] };
}
