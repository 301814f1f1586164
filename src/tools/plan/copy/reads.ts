import { AwsError } from "../../../aws/errors.ts";

/** How often AWS is asked when it does not answer. */
const tries = 3;

/**
 * What was read of an account. Each question is asked once, so that everything in a plan is of one moment, and a second
 * rehearsal costs no call.
 */
export class AccountReads {
  readonly #answers = new Map<string, Promise<unknown>>();
  readonly #pending = new Set<Promise<unknown>>();

  /**
   * @param question the same text for the same question
   * @throws AwsError the answer to this question from now on
   */
  of<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const answer = patiently(ask);
    this.#answers.set(question, answer);
    this.#pending.add(answer);
    const forget = (): void => void this.#pending.delete(answer);
    answer.then(forget, forget);
    return answer;
  }

  /** Resolves when the reads on their way have ended, in whatever way; undefined: there are none. */
  underWay(): Promise<void> | undefined {
    if (this.#pending.size === 0) return undefined;
    return Promise.allSettled(this.#pending).then(() => undefined);
  }
}

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof AwsError && (error.kind === "throttled" || error.kind === "unavailable");
      if (!passes || left === 0) throw error;
    }
  }
}
