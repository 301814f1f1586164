/** Makes parts of the stage in the account. */

import { type Account, answerOf } from "../account/account.ts";
import type { Call } from "../facts/row.ts";
import type { Key } from "../names/references.ts";
import { inAccount, type Place, type Run } from "../names/renaming.ts";
import type { Part } from "../plan/parts.ts";
import { type Rest, type Time, untilAtRest } from "../rest.ts";

/** What is missing of the stage, and why. */
export type Missing = ReadonlyMap<Key, string>;

/** Makes parts in the order of creation, each after what it refers to is at rest. */
export async function build(
  all: readonly Part[],
  { account, run, time, place }: { account: Account; run: Run; time: Time; place: Place },
): Promise<Missing> {
  const missing = new Map<Key, string>();
  let made: { readonly part: Part; readonly call: Call }[] = [];
  const settle = async (): Promise<void> => {
    for (const { part, call } of made) {
      const rest = await untilAtRest(call, account.batch, time);
      const why = await whyNotValid(rest, call, account);
      if (why !== undefined) missing.set(part.key, why);
    }
    made = [];
  };
  let last = "";
  for (const part of all) {
    if (part.call.operation !== last) await settle();
    last = part.call.operation;
    const lacking = part.needs.find((key) => missing.has(key));
    if (lacking !== undefined) {
      missing.set(part.key, `the stage lacks ${lacking}`);
      continue;
    }
    const call = inAccount(part.call, run, place);
    const { error, answer } = await account.batch(call.operation, call.input);
    // A quota share is read by the ARN that its creation answers.
    if (error === undefined) made.push({ part, call: { ...call, input: { ...answer, ...call.input } } });
    else missing.set(part.key, `${call.operation}: ${error.name}: ${error.message}`);
  }
  await settle();
  return missing;
}

/** Makes environments run no jobs. @throws Error with AWS's words */
export async function disable(
  all: readonly Part[],
  { account, run, time, place }: { account: Account; run: Run; time: Time; place: Place },
): Promise<void> {
  const calls = all
    .filter(({ call }) => call.operation === "CreateComputeEnvironment")
    .map(({ key }) => {
      const computeEnvironment = key.slice(key.indexOf("/") + 1);
      const input = { computeEnvironment, state: "DISABLED" };
      return inAccount({ operation: "UpdateComputeEnvironment", input }, run, place);
    });
  for (const { operation, input } of calls) await answerOf(account.batch, operation, input);
  for (const call of calls) await untilAtRest(call, account.batch, time);
}

async function whyNotValid(rest: Rest | undefined, { input }: Call, { batch }: Account): Promise<string | undefined> {
  if (rest === undefined || rest.status === "VALID") return undefined;
  const { computeEnvironmentName: name } = input as { computeEnvironmentName?: string };
  if (name === undefined) return `it is ${rest.status}`;
  const { answer } = await batch("DescribeComputeEnvironments", { computeEnvironments: [name] });
  const [found] = (answer as { computeEnvironments?: { statusReason?: string }[] }).computeEnvironments ?? [];
  return `it is ${rest.status}: ${found?.statusReason ?? "without a reason"}`;
}
