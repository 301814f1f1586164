import type { JobDefinition, JobDefinitionSpec } from "../../../api/v1alpha1/job-definition.ts";
import type { RegisterJobDefinitionRequest } from "../../../aws/batch.ts";
import type { BatchRegion } from "../../../aws/region.ts";
import { registeredAtTag } from "../../ownership/ownership.ts";
import type { Ports } from "../../ports.ts";
import type { Action } from "./action.ts";
import { bodyMembers } from "./normalise.ts";

/**
 * Carries out one action. What may follow each other (tags, deregistrations) does, up to the first failure.
 * @throws AwsError
 */
export async function act(
  action: Action,
  object: JobDefinition,
  region: Pick<BatchRegion, "registerJobDefinition" | "deregisterJobDefinition" | "changeTags">,
  ports: Pick<Ports, "clock">,
  signal: AbortSignal,
): Promise<void> {
  switch (action.kind) {
    case "register": {
      const registeredAt = Math.max(ports.clock.now(), action.notBefore ?? 0);
      const tags = { ...action.tags, [registeredAtTag]: new Date(registeredAt).toISOString() };
      await region.registerJobDefinition({ ...bodyOf(object.spec), jobDefinitionName: action.name, tags }, signal);
      return;
    }
    case "deregister":
      for (const name of action.names) await region.deregisterJobDefinition(name, signal);
      return;
    case "tag":
      for (const { arn, change } of action.items) await region.changeTags(arn, change, signal);
      return;
  }
}

/** The members of a spec that AWS is sent, under the same names. */
function bodyOf(spec: JobDefinitionSpec): Omit<RegisterJobDefinitionRequest, "jobDefinitionName" | "tags"> {
  const given = bodyMembers.filter((member) => spec[member] !== undefined);
  return { type: spec.type, ...Object.fromEntries(given.map((member) => [member, spec[member]])) };
}
