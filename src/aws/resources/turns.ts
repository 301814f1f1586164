/** Each so many reads one resource is described instead of all listed: no list shows a change of its tags. */
const turnsPerDescription = 5;

/** The name that is described in a turn; undefined: it is a turn of the list. Pure. */
export function nameInTurn(names: ReadonlySet<string>, turn: number): string | undefined {
  if (turn % turnsPerDescription !== turnsPerDescription - 1) return undefined;
  return [...names].toSorted()[Math.floor(turn / turnsPerDescription) % names.size];
}
