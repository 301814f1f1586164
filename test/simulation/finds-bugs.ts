import { describe, expect, it } from "vitest";
import { answerOf } from "./apart.ts";

/**
 * Plants some bugs, each in the world that is named with it.
 *
 * @param script the hunt, next to `apart.ts`; it takes the place of a bug in the list
 * @param isChosen by that place
 */
export function findsBugs(
  all: readonly { readonly name: string }[],
  script: string,
  isChosen: (index: number) => boolean,
): void {
  const chosen = all.map(({ name }, index) => [name, index] as const).filter(([, index]) => isChosen(index));

  describe("a planted bug", () => {
    it.for(chosen)("“%s” is found in its world", async ([_name, index], { signal }) => {
      expect(await answerOf(script, [String(index)], signal)).not.toBeNull();
    });
  });
}
