/** Keeps the resolved selections in status. Pure. */

import type { BatchComputeEnvironment } from "../../../api/v1alpha1/batch-compute-environment.ts";
import type { Resolved } from "../../../network/selection.ts";
import { timestamp } from "../../pass/conditions.ts";
import { withMembers } from "../../pass/status-fields.ts";
import { resolved } from "./plan.ts";
import type { SelectionSeen } from "./seen.ts";

type Fields = Readonly<Record<string, unknown>>;

const members = { subnets: "resolvedSubnets", securityGroups: "resolvedSecurityGroups" } as const;

/** The fields of status with the resolved selections; during a deletion they stay the same. */
export function withSelectionStatus(
  fields: Fields,
  { answers }: SelectionSeen,
  object: BatchComputeEnvironment,
  now: number,
): Fields {
  const selected = object.metadata.deletionTimestamp === undefined ? rememberedNow(answers, now) : asBefore(object);
  return withMembers(fields, "network", { resolvedSubnets: undefined, resolvedSecurityGroups: undefined, ...selected });
}

/** The selections as the next status has them. */
export function rememberedNow(answers: SelectionSeen["answers"], now: number): Fields {
  const entries = answers.flatMap((answer) => {
    const { resolved: after } = resolved(answer, now);
    return after === undefined ? [] : [[members[answer.asked.selectable], statusOf(after)]];
  });
  return Object.fromEntries(entries) as Fields;
}

function asBefore({ status }: BatchComputeEnvironment): Fields {
  const { resolvedSubnets, resolvedSecurityGroups } = status?.network ?? {};
  return {
    ...(resolvedSubnets === undefined ? {} : { resolvedSubnets }),
    ...(resolvedSecurityGroups === undefined ? {} : { resolvedSecurityGroups }),
  };
}

function statusOf({ selector, ids, since, candidate }: Resolved): Fields {
  return {
    selector,
    ids,
    since: timestamp(since),
    ...(candidate === undefined ? {} : { candidate: { ids: candidate.ids, since: timestamp(candidate.since) } }),
  };
}
