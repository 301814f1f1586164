import { stat } from "node:fs/promises";
import type { CustomResourceDefinition } from "../api/crd.ts";
import { type KubeObject, keyText } from "../api/object.ts";
import crdsJson from "../api/v1alpha1/crds.json" with { type: "json" };
import type { Manifest } from "../kube/memory-store.ts";
import { loadManifests } from "./validation/manifests.ts";
import { objectFindings, objectWithDefaults } from "./validation/object.ts";
import { type Note, type Problem, pathText } from "./validation/problem.ts";
import { type ValidManifest, validateManifests } from "./validation/validate.ts";

/** The CRDs of all kinds, generated from their schemas. */
export const crds = crdsJson as unknown as readonly CustomResourceDefinition[];

export interface ReadManifests {
  /** Valid manifests, in the order of their files. */
  readonly manifests: readonly ValidManifest[];
  /** If there are problems, do not use the manifests. */
  readonly problems: readonly Problem[];
  readonly notes: readonly Note[];
  /** Number of files. */
  readonly fileCount: number;
}

/**
 * Reads and validates a file, or a directory with its subdirectories. A directory must contain the targets of its
 * references. A single file may reference objects elsewhere, and so may manifests for a cluster.
 * @param cluster the target cluster, if known
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
    // Reading has already reported a missing file.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** Why the manifest may not replace `before`: changed immutable fields. */
export function changeProblems({ object, key, document }: ValidManifest, before: KubeObject): readonly Problem[] {
  return objectFindings(crdOf(object.kind), object, before).map(({ path, ...finding }) => ({
    file: document.file,
    line: document.lineOf(path),
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
