/**
 * The SDK passes on what an endpoint answers, and does not check it. Tags decide ownership, and AWS's values are strings: with
 * anything else the answer is not AWS's.
 *
 * @param answer of a call of AWS Batch
 * @throws SyntaxError that names the tag
 */
export function requireTextTags(answer: unknown): void {
  const lists = Object.values(answer ?? {}).filter((value): value is readonly unknown[] => Array.isArray(value));
  for (const record of [answer, ...lists.flat()]) {
    const tags = typeof record === "object" && record !== null && "tags" in record ? record.tags : undefined;
    for (const [key, value] of Object.entries(tags ?? {})) {
      if (typeof value !== "string") throw new SyntaxError(`the value of tag ${key} is ${JSON.stringify(value)}`);
    }
  }
}
