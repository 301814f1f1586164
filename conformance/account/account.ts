import type { Ask } from "../rest.ts";

/** The exception of an answer that is not in AWS's form: an emulator that lacks an operation has a page for it. */
export const unreadable = "UnreadableAnswer";

/** Services of AWS, as a run asks them. */
export type Service = "batch" | "iam" | "ec2" | "sts";

/** An account of AWS in one region, or the simulator. */
export type Account = Readonly<Record<Service, Ask>>;

/** The same account, each of whose services is asked as `change` makes of it. */
export function askedBy({ batch, iam, ec2, sts }: Account, change: (ask: Ask) => Ask): Account {
  return { batch: change(batch), iam: change(iam), ec2: change(ec2), sts: change(sts) };
}

/** The answer of a call that must not be refused. @throws Error with AWS's words */
export async function answerOf<Answer extends object>(ask: Ask, operation: string, input: object): Promise<Answer> {
  const { error, answer } = await ask(operation, input);
  if (error !== undefined) throw new Error(`${operation}: ${error.name}: ${error.message}`);
  return (answer ?? {}) as Answer;
}
