import type { AwsNaming } from "../../api/batch-kind.ts";
import type { KubeObject } from "../../api/object.ts";
import { directivesOf } from "../pass/directives.ts";
import type { Ports } from "../ports.ts";
import { allowedName, type NameSeen, whoseName } from "./names.ts";
import { annotationsOf } from "./namespace-annotations.ts";
import { awsNameOf, prefixOfKind } from "./naming.ts";

/** What is read of Kubernetes. */
export interface NamespaceReads {
  readonly objects: Pick<Ports["objects"], "namespace">;
  readonly settings: Ports["settings"];
}

/**
 * Whether an object may have its name. Reads the namespace only where its annotations matter: for a name of
 * another namespace, and for an adoption.
 */
export async function nameSeen(
  object: KubeObject,
  kind: { readonly awsName: AwsNaming; readonly global?: boolean },
  { objects, settings }: NamespaceReads,
  signal: AbortSignal,
): Promise<NameSeen> {
  const { namespace } = object.metadata;
  const name = awsNameOf(kind, object);
  const names = { ...settings.names, clusterPrefix: prefixOfKind(kind, settings.names.clusterPrefix) };
  const isForeign = whoseName(name, namespace, names) !== undefined;
  const adopts = directivesOf(object, settings).adoptionPolicy !== "Never";
  if (!isForeign && !adopts) return { kind: "allowed", mayAdopt: false, adoptableBy: "" };
  const read = await annotationsOf(namespace, objects, signal);
  if (read.kind === "read") {
    const { namespaceAnnotations } = settings;
    return allowedName(
      { namespace, name, field: `spec.${kind.awsName.field}` },
      names,
      read.annotations,
      namespaceAnnotations,
    );
  }
  if (isForeign) return read;
  const adoptableBy = `to let the operator read the annotations of the namespace (${read.why})`;
  return { kind: "allowed", mayAdopt: false, adoptableBy };
}
