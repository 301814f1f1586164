import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { CustomResourceDefinition } from "../api/crd.ts";
import { type KubeObject, keyText } from "../api/object.ts";
import crdsJson from "../api/v1alpha1/crds.json" with { type: "json" };
import type { Manifest } from "../kube/memory-store.ts";
import type { NamespaceMetadata } from "../kube/namespaces.ts";
import type { Io } from "../operator/io.ts";
import { kustomized } from "./kustomize.ts";
import type { ManifestSources } from "./manifest-options.ts";
import { documentsOf, type LoadedManifests, loadManifests } from "./validation/manifests.ts";
import { objectFindings, objectWithDefaults } from "./validation/object.ts";
import { byPlace, type Note, type Problem, pathText } from "./validation/problem.ts";
import { type ValidationOptions, type ValidManifest, validation, wholeDirectory } from "./validation/validate.ts";

/** The CRDs of all kinds, generated from their schemas. */
export const crds = crdsJson as unknown as readonly CustomResourceDefinition[];

export interface ReadManifests {
  /** Valid manifests, in the order of their files. */
  readonly manifests: readonly ValidManifest[];
  /** If there are problems, do not use the manifests. */
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
  /** Every file that was read. */
  readonly files: readonly string[];
  /** As `Validation.namespaces`. */
  readonly namespaces: ReadonlyMap<string, NamespaceMetadata>;
}

/**
 * Reads and validates manifests from all their sources together. Directories and a kustomization must contain the targets
 * of their references. Files and standard input may reference objects elsewhere, and so may manifests for a cluster.
 * @param cluster the target cluster; undefined: it is not known
 * @throws CommandError when a kustomization cannot be rendered
 */
export async function readManifests(
  sources: ManifestSources,
  io: Pick<Io, "env" | "interrupted" | "stdin">,
  cluster: { readonly defaultNamespace: string } | undefined,
): Promise<ReadManifests> {
  const loaded = joined(await Promise.all(loadsOf(sources, io)));
  const options =
    cluster === undefined
      ? { ...wholeDirectory, closed: await isClosed(sources) }
      : { closed: false, namespace: cluster.defaultNamespace };
  const read = await validated(loaded, options, io.interrupted);
  const isEmpty = read.problems.length === 0 && read.manifests.length === 0;
  return isEmpty && !sources.allowEmpty ? { ...read, problems: [nothingIn(sources)] } : read;
}

/**
 * Reads and validates a directory with its subdirectories, which may be empty. It must contain the targets of its references.
 * @param added what is read as if the directory had it
 */
export async function readDirectory(
  directory: string,
  signal: AbortSignal,
  ...added: readonly LoadedManifests[]
): Promise<ReadManifests> {
  return await validated(joined([await loadManifests(directory, signal), ...added]), wholeDirectory, signal);
}

async function validated(
  loaded: LoadedManifests,
  options: ValidationOptions,
  signal: AbortSignal,
): Promise<ReadManifests> {
  const { problems, ...read } = await inTurns(validation(loaded.documents, crds, options), signal);
  return { ...read, problems: [...loaded.problems, ...problems].sort(byPlace), files: loaded.files };
}

/** How many steps go by in one turn of the event loop. */
const stepsInTurn = 10;

/**
 * Runs to the end what is made of steps, and lets signals in between.
 * @throws the signal's reason
 */
async function inTurns<Result>(steps: Generator<void, Result>, signal: AbortSignal): Promise<Result> {
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done) return value;
    if (count % stepsInTurn !== 0) continue;
    await setImmediate();
    signal?.throwIfAborted();
  }
}

/** The name of standard input in messages. */
const standardInput = "standard input";

function loadsOf(
  { paths, kustomization }: ManifestSources,
  { env, interrupted, stdin }: Pick<Io, "env" | "interrupted" | "stdin">,
): readonly Promise<LoadedManifests>[] {
  const fromText = async (file: string, text: Promise<string>): Promise<LoadedManifests> => ({
    ...documentsOf(file, await text),
    files: [file],
  });
  return [
    ...paths.map((path) => (path === "-" ? fromText(standardInput, stdin()) : loadManifests(path, interrupted))),
    ...(kustomization === undefined ? [] : [fromText(kustomization, kustomized(kustomization, env, interrupted))]),
  ];
}

/** What several sources contain, with a file of two of them once, under the name of the first. */
function joined(all: readonly LoadedManifests[]): LoadedManifests {
  const known = new Set<string>();
  const parts = all.map(({ documents, problems, files }): LoadedManifests => {
    const isNew = (file: string): boolean => !known.has(resolve(file));
    const part = {
      documents: documents.filter(({ file }) => isNew(file)),
      problems: problems.filter(({ file }) => isNew(file)),
      files: files.filter(isNew),
    };
    for (const file of files) known.add(resolve(file));
    return part;
  });
  return {
    documents: parts.flatMap(({ documents }) => documents),
    problems: parts.flatMap(({ problems }) => problems),
    files: parts.flatMap(({ files }) => files),
  };
}

async function isClosed({ paths }: ManifestSources): Promise<boolean> {
  return (await Promise.all(paths.map(isDirectory))).every(Boolean);
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    // Reading has already reported a missing file.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function nothingIn({ paths, kustomization }: ManifestSources): Problem {
  const [file = kustomization ?? ""] = paths;
  return {
    file: file === "-" ? standardInput : file,
    field: "",
    message: "contains no object of awsbatch.dev: correct the path, or add --allow-empty",
  };
}

/** Why the manifest may not replace `before`: changed immutable fields. */
export function changeProblems({ object, key, document }: ValidManifest, before: KubeObject): readonly Problem[] {
  return objectFindings(crdOf(object.kind), object, before).map(({ path, ...finding }) => ({
    file: document.file,
    ...document.placeOf(path),
    object: `${object.kind} ${keyText(key)}`,
    field: pathText(path),
    ...finding,
  }));
}

/** The manifest as an object with its effective namespace. */
export function manifestOf({ object, key }: ValidManifest): Manifest {
  return { ...object, metadata: { ...object.metadata, ...key } };
}

/** The object with the schema's defaults, as the API server would store it. */
export function withSchemaDefaults(object: KubeObject): KubeObject {
  return objectWithDefaults(crdOf(object.kind), object);
}

function crdOf(kind: string): CustomResourceDefinition {
  const found = crds.find(({ spec }) => spec.names.kind === kind);
  if (found === undefined) throw new Error(`there is no CRD for ${kind}`);
  return found;
}
