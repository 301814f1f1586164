import type { OracleFactory } from "../../oracle.ts";
import { attacker, isVictim } from "../tenants.ts";
import { limitsOfRoom, mostHeldOfOne, passesPerOwn, workBounds } from "./bounds.ts";
import { Work } from "./work.ts";

/** What a tenant changes costs so much and no more, and nobody else waits for much of it. */
export const inBounds: OracleFactory = (watched) => {
  const work = new Work(watched);
  const judgeWork = (): string | undefined => {
    const { counts } = work;
    const broken = workBounds.find(({ what, per, most, atOnce }) => counts[what] > most * counts[per] + atOnce);
    if (broken === undefined) return undefined;
    const { what, per, most, atOnce } = broken;
    return `${counts[what]} ${what} for ${attacker}, for ${counts[per]} ${per}: at most ${most} for each, and ${atOnce}, are promised`;
  };
  const judgeRoom = (): string | undefined => {
    const count = work.objects.length;
    const most = limitsOfRoom.total + mostHeldOfOne * count;
    for (const { name, composed } of watched.processes()) {
      const held = composed.operator.runtime.room.held.get(attacker) ?? 0;
      if (held > most)
        return `${name} keeps ${held} bytes of ${count} objects of ${attacker}: at most ${most} are promised`;
    }
    return undefined;
  };
  return {
    name: "what a tenant changes costs the others little",
    onObject(before, after) {
      work.onObject(before, after);
      return undefined;
    },
    onEffect(call, phase) {
      if (phase === "before") work.onCall(call);
      return undefined;
    },
    onWait(process, { key, passes }, namespace) {
      if (!isVictim(namespace)) return undefined;
      const most = passesPerOwn * ((passes.get(namespace) ?? 0) + 1);
      const count = passes.get(attacker) ?? 0;
      if (count <= most) return undefined;
      return `${key} waited in ${process.name} for ${count} passes of ${attacker}: at most ${most} are promised`;
    },
    onTick() {
      work.onTick();
      return judgeWork() ?? judgeRoom();
    },
  };
};
