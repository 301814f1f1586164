/** Keeps the resolved selections in status. Pure. */

import type { BatchNetworkStatus } from "../../../api/v1alpha1/batch-network.ts";
import type { Resolved } from "../../../network/selection.ts";
import { timestamp } from "../../pass/conditions.ts";
import { resolved } from "./plan.ts";
import type { SelectionSeen } from "./seen.ts";

type Fields = Readonly<Record<string, unknown>>;

const members = { subnets: "resolvedSubnets", securityGroups: "resolvedSecurityGroups" } as const;

/** The selections as the next status has them. */
export function rememberedNow(answers: SelectionSeen["answers"], now: number): Fields {
  const entries = answers.flatMap((answer) => {
    const { resolved: after } = resolved(answer, now);
    return after === undefined ? [] : [[members[answer.asked.selectable], statusOf(after)]];
  });
  return Object.fromEntries(entries) as Fields;
}

/** A selection as status has it. */
export function remembered(status: BatchNetworkStatus["resolvedSubnets"]): Resolved | undefined {
  if (status === undefined) return undefined;
  const { selector, ids, since, candidate } = status;
  return {
    selector,
    ids,
    since: Date.parse(since),
    ...(candidate === undefined ? {} : { candidate: { ids: candidate.ids, since: Date.parse(candidate.since) } }),
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
