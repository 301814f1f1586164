import { annotationsOf } from "../../ownership/namespace-annotations.ts";
import type { Ports } from "../../ports.ts";
import { type AllowedSeen, allowedIn, type Named } from "./limits.ts";

/** Reads what the namespace of an object may use; nothing where the object names nothing that is limited. */
export async function allowedSeen(
  { namespace }: { readonly namespace: string },
  named: readonly Named[],
  { objects, settings }: Pick<Ports, "objects" | "settings">,
  signal: AbortSignal,
): Promise<AllowedSeen> {
  if (named.length === 0) return { kind: "allowed" };
  const read = await annotationsOf(namespace, objects, signal);
  return read.kind === "unread"
    ? read
    : allowedIn(named, settings.environments, read.annotations, settings.namespaceAnnotations);
}
