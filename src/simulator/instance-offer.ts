import { bundles, instanceTypes, isKnownInstanceType } from "./ec2-instance-types.ts";
import { invalid } from "./refusals.ts";
import type { World } from "./world.ts";

/** The types, families and bundles in the error of AWS for an unknown one. */
const offered: readonly string[] = [
  ...bundles,
  ...new Set([...instanceTypes.keys()].flatMap((type) => [type.split(".")[0] ?? "", type])),
];

/** Checks the `instanceTypes` of a request. AWS lists what it offers in another order each time. @throws Refusal */
export function requireOffered(types: readonly string[] | undefined, { random, knobs }: World): void {
  if ((types ?? []).every((type) => isKnownInstanceType(type) || knobs.otherInstanceTypes.has(type))) return;
  const list = offered.map((type) => ({ type, place: random() })).toSorted((left, right) => left.place - right.place);
  throw invalid(`Instance type can only be one of [${list.map(({ type }) => type).join(", ")}]`);
}
