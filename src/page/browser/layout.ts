import type { Item, Part, Referenced } from "../server/model.ts";
import { type Group, isEnvironment } from "./filter.ts";

/** Where the cards and lines of a namespace are, in rem, so that they grow with the text. Pure. */

export const cardWidth = 21;
export const gapWidth = 6;
/** Of the column titles. */
const titleHeight = 2;
/** Of a drawing with two columns. */
export const width = 2 * cardWidth + gapWidth;
const rowGap = 0.75;
/** The head of a card with a name of one line, and each further line of it. */
const headHeight = 3.6;
const nameLine = 1.5;
/** An environment in AWS with a name of one line, and each further line of it. */
const partHeight = 3.05;
const partNameLine = 1.1;
/** Above and below a message, and each line of it. */
const messageGap = 0.4;
const messageLine = 1.2;
const jobsHeight = 2;
/** What a queue references in addition to environments. */
const usesHeight = 1.3;

export interface Placed {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** From another namespace: only a link to its card. */
  readonly isAbroad: boolean;
}

export interface Line {
  /** IDs of the queue and of the environment. */
  readonly from: string;
  readonly to: string;
  /** Position in the order of the queue, from 1; undefined: it is the only one. */
  readonly order: number | undefined;
  /** For `d` of an SVG path. */
  readonly path: string;
  readonly labelX: number;
  readonly labelY: number;
}

export interface Layout {
  readonly queues: readonly Placed[];
  readonly environments: readonly Placed[];
  readonly lines: readonly Line[];
  readonly height: number;
}

/**
 * Queues on the left, in the order given; environments on the right, each as near to its queues as possible; a line from
 * each queue to the environments in its order.
 *
 * @param items all, to find environments of other namespaces
 */
export function layoutOf({ queues, environments }: Group, items: Readonly<Record<string, Item>>): Layout {
  const local = new Set(environments.map(({ id }) => id));
  const abroad = [...new Set(queues.flatMap((queue) => environmentsOf(queue).map(({ id }) => id ?? "")))]
    .map((id) => items[id])
    .filter((item) => item !== undefined && item.namespace !== queues[0]?.namespace && !local.has(item.id));
  const left = stacked(
    queues.map((item) => ({ item, isAbroad: false })),
    0,
  );
  const right = stacked(
    nearTheirQueues(
      [
        ...environments.map((item) => ({ item, isAbroad: false })),
        ...abroad.filter((item) => item !== undefined).map((item) => ({ item, isAbroad: true })),
      ],
      queues,
    ),
    cardWidth + gapWidth,
  );
  const byId = new Map(right.map((placed) => [placed.item.id, placed]));
  const lines = left.flatMap((queue) =>
    environmentsOf(queue.item).flatMap(({ id }, index): Line[] => {
      const environment = byId.get(id ?? "");
      return environment === undefined ? [] : [lineBetween(queue, environment, index)];
    }),
  );
  return { queues: left, environments: right, lines, height: Math.max(endOf(left), endOf(right)) };
}

/** The environments of a queue, in its order. */
export function environmentsOf({ references }: Item): readonly Referenced[] {
  return references.filter(({ kind }) => isEnvironment(kind));
}

/** What a queue references in addition to environments: its scheduling policy. */
export function othersOf({ references }: Item): readonly Referenced[] {
  return references.filter(({ kind }) => !isEnvironment(kind));
}

interface Card {
  readonly item: Item;
  readonly isAbroad: boolean;
}

function stacked(cards: readonly Card[], x: number): readonly Placed[] {
  let y = titleHeight;
  return cards.map(({ item, isAbroad }) => {
    const height = heightOf(item, isAbroad);
    const placed = { item, x, y, height, isAbroad };
    y += height + rowGap;
    return placed;
  });
}

function endOf(placed: readonly Placed[]): number {
  const last = placed.at(-1);
  return last === undefined ? titleHeight : last.y + last.height;
}

/**
 * How many characters of a name surely fit into a line of a card. Names are never cut: they wrap, and a card has room for
 * them with the widest fonts of pages (DejaVu Sans).
 */
const nameCharacters = 23;
const awsNameCharacters = 36;
const messageCharacters = 34;
/** What is longer is cut at this line; the open object has all of it. As in page.css. */
const mostMessageLines = 7;

function linesOf(name: string, characters: number): number {
  return Math.max(1, Math.ceil(name.length / characters));
}

/** The name on a card. */
export function shownName({ namespace, name }: Item, isAbroad: boolean): string {
  return isAbroad ? `${namespace}/${name}` : name;
}

/** Height of a card: its head, a message if there is a problem, its environments in AWS, its jobs. */
export function heightOf(item: Item, isAbroad = false): number {
  const head = headHeight + (linesOf(shownName(item, isAbroad), nameCharacters) - 1) * nameLine;
  if (isAbroad) return head;
  const message = heightOfMessage(item);
  const isQueue = item.kind === "JobQueue";
  const jobs = isQueue ? jobsHeight : 0;
  const uses = isQueue && othersOf(item).length > 0 ? usesHeight : 0;
  return head + message + jobs + uses + item.environments.reduce((sum, part) => sum + heightOfPart(part), 0);
}

function heightOfPart({ name }: Part): number {
  return partHeight + (linesOf(name, awsNameCharacters) - 1) * partNameLine;
}

function heightOfMessage(item: Item): number {
  const said = messageOf(item);
  if (said === undefined) return 0;
  const lines = linesOf(`${said.label} ${said.message}`, messageCharacters);
  return messageGap + Math.min(mostMessageLines, lines) * messageLine;
}

/** What a card says. */
interface Said {
  /** A reason, of a condition other than Ready after its type. */
  readonly label: string;
  readonly message: string;
  /** It is about jobs that cannot run. */
  readonly warns: boolean;
}

/** What a card says about its object; what is as it should be needs no words. */
export function messageOf({ state, reason, message, warnings: [first] }: Item): Said | undefined {
  if (state === "Current") return undefined;
  if (state !== "CannotRunJobs" || first === undefined) return { label: reason, message, warns: false };
  return { label: `${first.type}: ${first.reason}`, message: first.message, warns: true };
}

/** By the mean position of their queues, so that few lines cross; what no queue uses comes last. */
function nearTheirQueues(cards: readonly Card[], queues: readonly Item[]): readonly Card[] {
  const positions = new Map<string, number[]>();
  queues.forEach((queue, index) => {
    for (const { id = "" } of environmentsOf(queue)) positions.set(id, [...(positions.get(id) ?? []), index]);
  });
  const mean = ({ item }: Card): number => {
    const all = positions.get(item.id) ?? [];
    return all.length === 0 ? Number.POSITIVE_INFINITY : all.reduce((sum, one) => sum + one, 0) / all.length;
  };
  return cards.toSorted((one, other) => compare(mean(one), mean(other)) || (one.item.id < other.item.id ? -1 : 1));
}

function compare(left: number, right: number): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Ends at the environment in AWS that serves, where the card lists several. */
function lineBetween(queue: Placed, environment: Placed, index: number): Line {
  const fromX = queue.x + cardWidth;
  const fromY = queue.y + 1.2 + index * 1.1;
  const { environments } = environment.item;
  const serving = environment.isAbroad ? -1 : environments.findIndex(({ role }) => role === "serving");
  const fromServing = environments.slice(serving).reduce((sum, part) => sum + heightOfPart(part), 0);
  const toY = environment.y + (serving < 0 ? headHeight / 2 : environment.height - fromServing + partHeight / 2 - 0.3);
  const [middle, toX] = [fromX + gapWidth / 2, environment.x];
  return {
    from: queue.item.id,
    to: environment.item.id,
    order: environmentsOf(queue.item).length > 1 ? index + 1 : undefined,
    path: `M${fromX} ${fromY}C${middle} ${fromY} ${middle} ${toY} ${toX} ${toY}`,
    labelX: fromX + 0.4,
    labelY: fromY - 0.2,
  };
}
