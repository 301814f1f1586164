import type { BatchRegion } from "../../../aws/region.ts";
import type { TagAction } from "./action.ts";

/** How each action of a kind is carried out, but those on tags. Each throws AwsError when AWS refuses it. */
export type Acts<Action extends { readonly kind: string }> = {
  readonly [K in Exclude<Action["kind"], "tag">]: (
    action: Extract<Action, { readonly kind: K }>,
    region: BatchRegion,
    signal: AbortSignal,
  ) => Promise<void>;
};

/** Carries out one action. @throws AwsError when AWS refuses it */
export async function carryOut<Action extends { readonly kind: string }>(
  acts: Acts<Action>,
  action: Action | TagAction,
  region: BatchRegion,
  signal: AbortSignal,
): Promise<void> {
  if (isOnTags(action)) return region.changeTags(action.arn, action.change, signal);
  const act = acts[action.kind as keyof Acts<Action>] as (
    one: Action,
    ...where: [BatchRegion, AbortSignal]
  ) => Promise<void>;
  return act(action, region, signal);
}

function isOnTags(action: { readonly kind: string }): action is TagAction {
  return action.kind === "tag";
}
