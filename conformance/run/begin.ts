/** What runs of facts and of stories have in common before their first write, and in their first writes. */

import { type Account, answerOf } from "../account/account.ts";
import { markerOf, type NewRun, type Run, tagKey } from "../names/renaming.ts";
import type { Plan } from "../plan/plan.ts";
import type { Time } from "../rest.ts";
import { type Network, networkFor } from "../stage/network.ts";
import { makeNetwork } from "../stage/own-network.ts";
import { createRoles } from "../stage/roles.ts";
import { requirePermissions } from "./permissions.ts";
import { callerOf, requireRoom } from "./ready.ts";

/** As the options say: a network that is there, or `own`, which the run makes. */
export type NetworkChoice = Partial<Network> | "own";

/**
 * Finds, without a write, where a run is to be.
 *
 * @param needs how much of AWS's quotas it takes
 * @returns its network: undefined where it makes one
 * @throws Error in words for a person if the account cannot take the run
 */
export async function readyRun(
  account: Account,
  { id, region, network: choice }: { readonly id: string; readonly region: string; readonly network: NetworkChoice },
  needs: Plan["needs"],
): Promise<{ readonly run: NewRun; readonly network: Network | undefined }> {
  const run = { ...(await callerOf(account)), id, region };
  const network = choice === "own" ? undefined : await networkFor(account, choice);
  await requireRoom(account, needs);
  await requirePermissions(account, run, network);
  return { run, network };
}

/**
 * Makes the mark of the run, its network and its roles.
 *
 * @param network undefined: one of its own
 * @throws Error with AWS's words
 */
export async function begin(account: Account, run: NewRun, network: Network | undefined, time: Time): Promise<Run> {
  await answerOf(account.batch, "CreateSchedulingPolicy", { name: markerOf(run), tags: { [tagKey]: run.id } });
  const placed = { ...run, ...(network ?? (await makeNetwork(account, run, time))) };
  await createRoles(account, placed);
  return placed;
}
