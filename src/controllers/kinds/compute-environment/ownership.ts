/** Whether the name of an environment bears out what its tags say. Pure. */

import type { Environment } from "../../../aws/batch.ts";
import { prefixOf } from "../../ownership/naming.ts";
import { type Identity, isOwnershipTag, ownershipOf } from "../../ownership/ownership.ts";

/**
 * An environment as the object sees it. Tags that make it the object's own count only if the object gives such a name:
 * who may only write tags could have any environment of the account retired and deleted.
 *
 * @param baseName of the object
 */
export function provenFor(environment: Environment, identity: Identity, baseName: string): Environment {
  const { computeEnvironmentName: name, tags } = environment;
  const { kind } = ownershipOf(tags, identity);
  if (kind === "foreign" || kind === "otherObject" || isNameOf(baseName, name)) return environment;
  const others = Object.entries(tags ?? {}).filter(([key]) => !isOwnershipTag(key));
  return { ...environment, tags: Object.fromEntries(others) };
}

/** The base name itself, which an adopted environment has, or with the suffix of a plan and of an attempt at it. */
export function isNameOf(baseName: string, name: string): boolean {
  const prefix = prefixOf(baseName);
  return (
    name === baseName || (name.startsWith(prefix) && /^-[0-9a-f]{8}(?:-\d{1,6})?$/.test(name.slice(prefix.length)))
  );
}
