import type { Manifest } from "../../../../src/kube/memory-store.ts";
import { Chance } from "../../generate/chance.ts";
import type { Act, Step, Story } from "../../story.ts";
import { type AttackDoing, weapons } from "../doings.ts";
import { attacker, victims } from "../tenants.ts";
import { edited, estateNames, estateOf, jobOf, sharedWith } from "./estate.ts";

/** The stories of lower seeds are what they were. */
export const armedFrom = 2_000_000;

export function isArmed({ seed, sort }: Story): boolean {
  return sort === "attacked" && seed >= armedFrom;
}

/** When every object of a tenant is there. */
const readyAt = 300;

/** What attackers of other worlds do is a part of what one does here. */
const unarmed: readonly AttackDoing[] = ["claimName", "useEnvironment", "annotate", "delete", "edit"];

/**
 * Two tenants with objects of every kind, which change something every minute or two; and one who aims a few kinds of
 * weapons, by the dozen, at what all share: the operator, its lines and its calls.
 */
export function armedStoryOf(seed: number): Story {
  const chance = new Chance(seed);
  const plans = victims.map((namespace) => victimSteps(namespace, chance));
  const end = Math.max(...plans.flat().map(({ at }) => at)) + 120;
  const steps = [...plans.flat(), ...attackSteps(chance, end), ...deaths(chance, end)];
  return {
    seed,
    sort: "attacked",
    replicas: 2,
    knobs: { stalenessMs: chance.of([0, 1000, 5000]), ec2InstanceStartMs: 1000 },
    flags: { allowForeignRepoint: false, adoptable: false },
    steps: steps.toSorted((left, right) => left.at - right.at),
  };
}

/** The same world without the attacker: what takes how long. */
export function peaceful(story: Story): Story {
  const isOfAttacker = ({ act }: Step): boolean =>
    act.kind === "attack" || (act.kind === "apply" && act.manifest.metadata.namespace === attacker);
  return { ...story, steps: story.steps.filter((step) => !isOfAttacker(step)) };
}

function victimSteps(namespace: string, chance: Chance): Step[] {
  const objects = new Map(estateOf(namespace).map((one) => [one.metadata.name, one]));
  const steps: Step[] = [];
  let at = chance.of([0, 0, 120]);
  let jobs = 0;
  const put = (manifest: Manifest): void => {
    if (manifest.kind !== "BatchJob") objects.set(manifest.metadata.name, manifest);
    steps.push({ at, act: { kind: "apply", manifest } });
  };
  const named = (name: string): Manifest => objects.get(name) as Manifest;
  for (const manifest of objects.values()) put(manifest);
  at = readyAt;
  for (let left = chance.whole(6, 12); left > 0; left--) {
    at += chance.whole(20, 150);
    const luck = chance.number();
    if (luck < 0.4) {
      put(jobOf(namespace, `${namespace}-j${++jobs}`, chance.is(0.4), chance.of([5, 60, 300])));
    } else if (luck < 0.6) {
      put(edited(chance.of([...objects.values()]), chance));
    } else if (luck < 0.85) {
      // Away for a while, as for a field that must not change.
      const name = chance.of([estateNames.consumable, estateNames.consumable, estateNames.definition]);
      const { kind: of } = named(name);
      steps.push({ at, act: { kind: "delete", of, name, namespace } });
      at += chance.whole(60, 240);
      put(sharedWith(named(name), false));
    } else {
      const name = chance.of([estateNames.consumable, estateNames.definition, estateNames.queue]);
      put(sharedWith(named(name), true));
      at += chance.whole(60, 200);
      put(sharedWith(named(name), false));
    }
  }
  return steps;
}

/** Some weapons by the dozen, each other now and then. */
function attackSteps(chance: Chance, end: number): Step[] {
  const own = estateOf(attacker).map((manifest): Step => ({ at: 0, act: { kind: "apply", manifest } }));
  const loved = chance.shuffled(weapons).slice(0, chance.whole(2, 4));
  const steps: Step[] = [];
  const attack = (at: number, doing: AttackDoing): void => {
    steps.push({ at, act: { kind: "attack", doing, pick: chance.whole(1, 1_000_000) } });
  };
  for (let at = chance.of([60, 200, readyAt]); at < end; at += chance.is(0.3) ? 1 : chance.whole(5, 120)) {
    const doing = chance.is(0.7) ? chance.of(loved) : chance.of<AttackDoing>([...weapons, ...unarmed]);
    attack(at, doing);
    if (doing !== "forgeNotes") continue;
    for (let written = 45; written < 360 && at + written < end; written += 45) attack(at + written, "rewriteNotes");
  }
  return [...own, ...steps];
}

/** The operator itself comes back, whatever there is then. */
function deaths(chance: Chance, end: number): Step[] {
  if (chance.is(0.6)) return [];
  const act: Act = chance.is(0.5)
    ? { kind: "terminate", replica: "leader" }
    : { kind: "kill", replica: "leader", after: chance.skewed(200) };
  return [{ at: chance.whole(readyAt, end), act }];
}
