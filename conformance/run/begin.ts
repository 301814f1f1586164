/** What runs of facts and of stories have in common before their first write, and in their first writes. */

import { type Account, answerOf } from "../account/account.ts";
import { markerOf, type NewRun, type Run, tagKey } from "../names/renaming.ts";
import type { Time } from "../rest.ts";
import { type Network, networkFor } from "../stage/network.ts";
import { makeNetwork } from "../stage/own-network.ts";
import { createRoles } from "../stage/roles.ts";
import type { Caller } from "./ready.ts";

/** As the options say: a network that is there, or `own`, which the run makes. */
export type NetworkChoice = Partial<Network> | "own";

/** @throws Error that says what to give */
export async function chosenNetwork(account: Account, choice: NetworkChoice): Promise<Network | undefined> {
  return choice === "own" ? undefined : networkFor(account, choice);
}

export function newRun({ id, region }: Pick<Run, "id" | "region">, caller: Caller): NewRun {
  return { ...caller, id, region };
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
