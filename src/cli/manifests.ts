import { stat } from "node:fs/promises";
import type { CustomResourceDefinition } from "../api/crd.ts";
import { type KubeObject, keyText } from "../api/object.ts";
import crdsJson from "../api/v1alpha1/crds.json" with { type: "json" };
import type { Manifest } from "../kube/memory-store.ts";
import { loadManifests } from "./validation/manifests.ts";
import { objectFindings, objectWithDefaults } from "./validation/object.ts";
import { type Note, type Problem, pathText } from "./validation/problem.ts";
import { type ValidManifest, validateManifests } from "./validation/validate.ts";

/** The definitions of all kinds, as generated from their schemas. */
export const crds = crdsJson as unknown as readonly CustomResourceDefinition[];

export interface ReadManifests {
  /** Those without a problem, in the order of their files. */
  readonly manifests: readonly ValidManifest[];
  /** When there are any, the manifests are not to be used. */
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
  /** How many files were looked at. */
  readonly fileCount: number;
}

/**
 * Reads and validates a file, or a directory and all below it. A directory is a whole: its references must be met
 * by it. A single file may refer to objects elsewhere, as may all that goes into a cluster.
 * @param cluster where the manifests would go, if that is known
 */
export async function readManifests(
  path: string,
  cluster?: { readonly defaultNamespace: string },
): Promise<ReadManifests> {
  const loaded = await loadManifests(path);
  const options =
    cluster === undefined
      ? { closed: await isDirectory(path) }
      : { closed: false, namespace: cluster.defaultNamespace };
  const { manifests, problems, notes } = validateManifests(loaded.documents, crds, options);
  return {
    manifests,
    problems: [...loaded.problems, ...problems],
    notes,
    fileCount: loaded.files.length,
  };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    // What is not there is a problem that reading it has told already.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** What AWS-side rules about changes say against replacing `before` by the manifest: immutable fields. */
export function changeProblems({ object, key, document }: ValidManifest, before: KubeObject): readonly Problem[] {
  return objectFindings(crdOf(object.kind), object, before).map(({ path, ...finding }) => ({
    file: document.file,
    line: document.lineOf(path),
    object: `${object.kind} ${keyText(key)}`,
    field: pathText(path),
    ...finding,
  }));
}

/** The manifest as a store takes it, in the namespace in force. */
export function manifestOf({ object, key }: ValidManifest): Manifest {
  return { ...object, metadata: { ...object.metadata, ...key } };
}

/** What the API server would store: with the defaults of the schema. */
export function withSchemaDefaults(object: KubeObject): KubeObject {
  return objectWithDefaults(crdOf(object.kind), object);
}

function crdOf(kind: string): CustomResourceDefinition {
  const found = crds.find(({ spec }) => spec.names.kind === kind);
  if (found === undefined) throw new Error(`there is no definition of ${kind}`);
  return found;
}
