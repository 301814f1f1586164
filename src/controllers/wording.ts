import { plainMessage } from "../aws/errors.ts";
import { shell } from "../runtime/shell.ts";
import { visible } from "../runtime/visible.ts";
import type { Identity } from "./ownership/ownership.ts";
import type { Failure, FieldChange } from "./pass/agenda.ts";

/** AWS's words without what changes on every call, so that a status stays the same while the cause does. */
export function withoutRequestIds(text: string): string {
  return plainMessage(text).replace(/[;,]?\s*Proxy: null/g, "");
}

/** A failed call in words, with the next step where there is one. */
export function failureText({ kind, operation, message, advice }: Failure): string {
  const what = kind === "unavailable" ? "failed without an answer from AWS" : "was refused";
  return [`${operation} ${what}: ${message.replace(/[.]$/, "")}`, advice].filter(Boolean).join(". ");
}

/**
 * An AWS resource that another object owns by its tags, with the ways out.
 *
 * @param what its name in AWS
 * @param field of the spec, by which this object can have another name
 */
export function othersText(
  what: string,
  { owner }: { readonly owner: string },
  field: string,
  { cluster }: Pick<Identity, "cluster">,
): string {
  const clusters = owner.startsWith(`${cluster.name}/`)
    ? ""
    : "; an operator that shares its account and region with that of another cluster is installed with --names-with-cluster, so that default names differ";
  return `${what} belongs to ${owner} (cluster/namespace/name, from its tags). Delete that object, or recreate this object with a different ${field}${clusters}; if that object no longer exists, remove the awsbatch.dev/ tags from ${what}: adoptionPolicy then decides whether it is adopted`;
}

/** The owner of an AWS resource: this object in another cluster of the same name, or in this one under another name. */
interface OtherCluster {
  readonly clusterUid: string;
  readonly otherName?: string;
}

/**
 * An AWS resource that this object owns in another cluster, with the ways out.
 *
 * @param what its name in AWS
 */
export function otherClusterText(what: string, owner: OtherCluster): string {
  if (owner.otherName !== undefined) return otherNameText(what, owner.otherName);
  return `${what} belongs to the same object of another cluster with the same --cluster-name (uid ${owner.clusterUid}). If that cluster no longer exists, start the operator with ${shell`--take-over-cluster-uid=${owner.clusterUid}`}; otherwise give one of the two another --cluster-name`;
}

function otherNameText(what: string, name: string): string {
  return `${what} belongs to this object by the cluster name ${name}, which this cluster had. Start the operator with ${shell`--rename-cluster-from=${name}`}, which writes the name of today to the tags, or with ${shell`--cluster-name=${name}`} again`;
}

/**
 * An AWS resource that this object owns in another cluster is kept.
 *
 * @param what its name in AWS
 * @param refused e.g. `deleted`
 */
export function keptForOtherCluster(what: string, { clusterUid, otherName }: OtherCluster, refused: string): string {
  if (otherName !== undefined) return `${otherNameText(what, otherName)}. Until then it is not ${refused}`;
  return `${what} belongs to another cluster (uid ${clusterUid}) and is not ${refused}. Start the operator with ${shell`--take-over-cluster-uid=${clusterUid}`}, or delete the object without changing AWS by awsbatch.dev/abandon: "true"`;
}

/** A text for a person, with visible escapes in place of controls, of at most `limit` characters. */
export function displayed(text: string, limit: number): string {
  return shortened(visible(text), limit);
}

/** A text of at most `limit` characters: its beginning and an ellipsis when it is longer. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Half of a character that takes two would not come back from the API server as it was sent.
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

const valueLimit = 80;

/** The first five of the fields that differ, with their values where these may be shown. */
export function differencesText(changes: readonly Pick<FieldChange, "path" | "from" | "to">[]): string {
  return firstOf(
    changes.map(({ path, from, to }) => {
      if (from === undefined && to === undefined) return path;
      const [inAws, inSpec] = [from, to].map((value) => shortened(value ?? "nothing", valueLimit));
      return `${path} (AWS: ${inAws}, spec: ${inSpec})`;
    }),
  );
}

/** The first five of many names, and how many more there are. */
export function firstOf(names: readonly string[]): string {
  const first = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}
