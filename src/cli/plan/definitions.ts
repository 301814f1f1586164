import type { JobDefinition } from "../../api/v1alpha1/job-definition.ts";
import { withBodyChanges } from "../../controllers/job-definition/body.ts";
import { observe } from "../../controllers/job-definition/observe.ts";
import { plan } from "../../controllers/job-definition/plan.ts";
import { definitionRoleUser } from "../../controllers/job-definition/roles.ts";
import type { Ports } from "../../controllers/ports.ts";
import { planWithRoles } from "../../controllers/roles/plan.ts";
import { newRolesMemory, observeWithRoles } from "../../controllers/roles/with-roles.ts";
import { noJobs } from "./entry.ts";
import { type EntryBody, heldBy, notesOf } from "./held.ts";
import type { ReadRegion } from "./region.ts";
import { noted } from "./roles.ts";

/** What becomes of a job definition. Jobs that were submitted keep the revision that they were submitted with. */
export async function definitionEntry(
  object: JobDefinition,
  region: ReadRegion,
  ports: Ports,
  signal: AbortSignal,
): Promise<EntryBody> {
  const observed = await observeWithRoles(
    object,
    region,
    definitionRoleUser,
    {
      observeOwn: async (whole) =>
        withBodyChanges(whole.spec, await observe(whole, region, ports, signal), region, signal),
      isThrough: () => true,
    },
    ports,
    newRolesMemory(),
    signal,
  );
  const seen = observed.own;
  const own = plan(observed.object, seen, ports.clock.now());
  const decision = planWithRoles(own, noted(observed.roles), seen.wish.deleting);
  const { change } = decision;
  const revision = seen.revisions[0]?.revision;
  const registers = change.action === "Register";
  return {
    awsName: revision === undefined ? seen.name : `${seen.name}:${revision}`,
    action: registers ? (revision === undefined ? "create" : "register") : change.action === "None" ? "none" : "update",
    title: registers
      ? `is registered as ${seen.name}${revision === undefined ? "" : `, above revision ${revision}`}`
      : change.action === "None"
        ? "stays as it is"
        : change.action === "Update"
          ? "its roles are brought to the spec"
          : "gets other tags in place",
    fields: registers && revision === undefined ? [] : change.changes,
    queues: [],
    jobs: noJobs,
    blocked: heldBy(object, decision),
    notes: notesOf(decision, false),
  };
}
