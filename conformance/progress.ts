/** What a run does now. Pure. */

export interface Progress {
  /** e.g. `facts`. */
  readonly part: string;
  readonly done: number;
  readonly of: number;
  readonly doing: string;
}

const barWidth = 20;

/** One line of at most so many columns. */
export function progressLine({ part, done, of, doing }: Progress, columns: number): string {
  const filled = of === 0 ? 0 : Math.min(barWidth, Math.floor((done / of) * barWidth));
  const bar = `[${"#".repeat(filled)}${".".repeat(barWidth - filled)}]`;
  return `${bar} ${part} ${done}/${of}  ${doing}`.slice(0, Math.max(0, columns));
}

/** Whether a log, which keeps each line, has room for one: each part has at most ten and its first. */
export function isForLog(now: Progress, before: Progress | undefined): boolean {
  const tenth = ({ done, of }: Progress): number => (of === 0 ? 0 : Math.floor((done / of) * 10));
  return before === undefined || before.part !== now.part || tenth(before) !== tenth(now);
}
