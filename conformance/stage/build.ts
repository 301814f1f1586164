/** Makes parts of the stage in the account. */

import { type Account, answerOf } from "../account/account.ts";
import type { Call } from "../facts/row.ts";
import { inAccount, type Run } from "../names/renaming.ts";
import { isIdle, type Placed, placedName } from "../plan/parts.ts";
import type { Rest, Settling } from "../rest.ts";

/** What is missing of the stage, and why, by `placedName`. */
export type Missing = ReadonlyMap<string, string>;

interface Where {
  readonly account: Account;
  readonly run: Run;
  readonly settling: Settling;
}

/** Makes parts in the order of creation, those of one kind together, each kind after what it refers to is at rest. */
export async function build(
  all: readonly Placed[],
  { account, run, settling }: Where,
  say: (done: number, doing: string) => void = () => undefined,
): Promise<Missing> {
  let done = 0;
  const missing = new Map<string, string>();
  for (const placed of Map.groupBy(all, ({ part }) => part.call.operation).values()) {
    const made: { readonly name: string; readonly call: Call }[] = [];
    for (const one of placed) {
      const name = placedName(one);
      say(done++, name);
      const lacking = one.part.needs.find((key) => missing.has(placedName(one, key)));
      if (lacking !== undefined) {
        missing.set(name, `the stage lacks ${lacking}`);
        continue;
      }
      const call = inAccount(one.part.call, run, one.place);
      const { error, answer } = await account.batch(call.operation, call.input);
      // A quota share is read by the ARN that its creation answers.
      if (error === undefined) made.push({ name, call: { ...call, input: { ...answer, ...call.input } } });
      else missing.set(name, `${call.operation}: ${error.name}: ${error.message}`);
    }
    await Promise.all(
      made.map(async ({ name, call }) => {
        const why = await whyNotValid(await settling.atRest(call), call, account);
        if (why !== undefined) missing.set(name, why);
      }),
    );
  }
  return missing;
}

/** Makes environments to which jobs are submitted run none. @throws Error with AWS's words */
export async function disableIdle(all: readonly Placed[], { account, run, settling }: Where): Promise<void> {
  const calls = all
    .filter((placed) => isIdle(placed) && placed.part.call.operation === "CreateComputeEnvironment")
    .map(({ part: { key }, place }) => {
      const computeEnvironment = key.slice(key.indexOf("/") + 1);
      const input = { computeEnvironment, state: "DISABLED" };
      return inAccount({ operation: "UpdateComputeEnvironment", input }, run, place);
    });
  for (const { operation, input } of calls) await answerOf(account.batch, operation, input);
  await Promise.all(calls.map((call) => settling.atRest(call)));
}

async function whyNotValid(rest: Rest | undefined, { input }: Call, { batch }: Account): Promise<string | undefined> {
  if (rest === undefined || rest.status === "VALID") return undefined;
  const { computeEnvironmentName: name } = input as { computeEnvironmentName?: string };
  if (name === undefined) return `it is ${rest.status}`;
  const { answer } = await batch("DescribeComputeEnvironments", { computeEnvironments: [name] });
  const [found] = (answer as { computeEnvironments?: { statusReason?: string }[] }).computeEnvironments ?? [];
  return `it is ${rest.status}: ${found?.statusReason ?? "without a reason"}`;
}
