import type { JobDefinition } from "../../api/v1alpha1/job-definition.ts";
import { choose } from "../../controllers/choose.ts";
import { withBodyChanges } from "../../controllers/job-definition/body.ts";
import { planOf } from "../../controllers/job-definition/life.ts";
import { observe } from "../../controllers/job-definition/observe.ts";
import { definitionRoleUser } from "../../controllers/job-definition/roles.ts";
import type { Ports } from "../../controllers/ports.ts";
import { newRolesMemory, observeWithRoles } from "../../controllers/roles/part.ts";
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
  const own = {
    user: definitionRoleUser,
    observeOwn: async (whole: JobDefinition) =>
      withBodyChanges(whole.spec, await observe(whole, region, ports, signal), region, signal),
    isThrough: () => true,
  };
  const observed = await observeWithRoles(object, region, own, { ports, memory: newRolesMemory() }, signal);
  const seen = observed.own;
  const now = ports.clock.now();
  const decision = choose(planOf({ ...observed, roles: noted(observed.roles) }, now), now);
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
