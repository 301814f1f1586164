import { plainMessage } from "../aws/errors.ts";
import type { Failure } from "./agenda.ts";

/** AWS's words without what changes on every call, so that a status stays the same while the cause does. */
export function withoutRequestIds(text: string): string {
  return plainMessage(text).replace(/[;,]?\s*Proxy: null/g, "");
}

/** What came of a call that failed, with the next step where there is one. */
export function failureText({ kind, operation, message, advice }: Failure): string {
  const what = kind === "unavailable" ? "got no good answer" : "was refused";
  return [`${operation} ${what}: ${message.replace(/[.]$/, "")}`, advice].filter(Boolean).join(". ");
}

/**
 * What is another object's by its tags, with the ways out.
 *
 * @param what its name in AWS
 * @param field of the spec, by which this object can have another name
 */
export function othersText(what: string, { owner }: { readonly owner: string }, field: string): string {
  return `${what} belongs to ${owner} (cluster/namespace/name by its tags). Delete that object, or make this one anew with another ${field}; if there is no such object any more, take the awsbatch.dev/ tags off ${what}, and adoptionPolicy says what becomes of it`;
}

/**
 * What an object of another cluster of the same name owns is not taken away.
 *
 * @param what its name in AWS
 * @param refused e.g. `deleted`
 */
export function keptForOtherCluster(
  what: string,
  { clusterUid }: { readonly clusterUid: string },
  refused: string,
): string {
  return `${what} belongs to another cluster (uid ${clusterUid}) and is not ${refused}. Start the operator with --take-over-cluster-uid=${clusterUid}, or let the object go with awsbatch.dev/abandon: "true"`;
}

/** A text that fits where at most `limit` characters may stand: its beginning and an ellipsis when it is longer. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Half of a character that takes two would not come back from the API server as it was sent.
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** The first five of many names, and how many there are beside them. */
export function firstOf(names: readonly string[]): string {
  const first = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}
