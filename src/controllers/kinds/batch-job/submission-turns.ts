import { keyOf, type ObjectKey } from "../../../api/object.ts";
import type { BatchJob } from "../../../api/v1alpha1/batch-job.ts";
import type { Clock, Timer } from "../../../runtime/clock.ts";
import { NamespaceTurns } from "../../../runtime/namespace-turns.ts";
import { turnMs } from "../../intervals.ts";
import { orderInLine } from "./submission-order.ts";

export interface TurnsOptions {
  readonly clock: Pick<Clock, "schedule" | "monotonic">;
  /** It is the turn of this object. */
  readonly wake: (key: ObjectKey) => void;
}

/** Whether a pass over an object may begin: now; after what has been woken together with it; or when it is woken. */
export type Turn = "now" | "soon" | "later";

interface PlaceInLine {
  readonly uid: string;
  readonly key: ObjectKey;
  readonly line: Line;
  readonly order: string;
  /** Its pass was not begun, because it was not its turn: it is woken when it is. */
  isPassedOver: boolean;
  /** How long it may still be the first one, ms; the time in which others have their turns does not count. */
  leftMs: number;
  running: { readonly timer: Timer; readonly since: number } | undefined;
}

interface Line {
  readonly queue: string;
  /** The places of a namespace are in the order of their turns. */
  readonly namespaces: NamespaceTurns<PlaceInLine[]>;
  /** Whose turn it is: it has its pass, or is woken for it. */
  turn: PlaceInLine | undefined;
}

/**
 * Whose turn it is to be sent: of the jobs for one queue one at a time, the oldest of each namespace in turn
 * (docs/decisions/0052-jobs-are-submitted-in-turn.md).
 *
 * Expected flow: a job that may use its queue gets a place in the line of that queue. The first one of its namespace has its
 * passes until its request leaves, or it waits for something else: then it leaves the line, and the next one follows, without
 * waiting for AWS's answer. After each pass the turn goes to the next namespace. A job that has left comes back at its next pass.
 *
 * Guarantees: a place costs O(log n) comparisons in its namespace, and a turn one for each namespace. Whatever a namespace has
 * waiting, and however often it changes that, another waits for one pass of it. A job is the first one of its
 * namespace for at most a minute; one that has been is from then on passed over after each pass.
 *
 * Assumptions: nothing in here is needed after a restart. The store's list shows every job again.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #lines = new Map<string, Line>();
  /** By uid. */
  readonly #places = new Map<string, PlaceInLine>();
  /** By uid: those that have left their line because their request has, until their pass ends. */
  readonly #sent = new Map<string, PlaceInLine>();
  /** Uids of those that have been the first one for a minute. */
  readonly #slow = new Set<string>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** The jobs that have a place, each with the line in which it has it: `region/queue`. */
  get places(): Iterable<{ readonly key: ObjectKey; readonly queue: string }> {
    return this.#places.values().map(({ key, line: { queue } }) => ({ key, queue }));
  }

  /** Whether a job has a place. */
  has(uid: string): boolean {
    return this.#places.has(uid);
  }

  /** A pass over a job that has a place is about to begin. */
  begin(uid: string): Exclude<Turn, "soon"> {
    const place = this.#places.get(uid);
    if (place === undefined) return "now";
    const { line } = place;
    const isFirst = this.#isFirst(place);
    // An older one has come since it was woken.
    if (!isFirst && line.turn === place) this.#handOn(line);
    if (isFirst && line.turn === undefined) {
      line.turn = line.namespaces.next(([first]) => (first === place ? place : undefined));
    }
    if (!isFirst || line.turn !== place) {
      place.isPassedOver = true;
      this.#pause(place);
      return "later";
    }
    place.isPassedOver = false;
    this.#start(place);
    return "now";
  }

  /** Gives a job its place: its pass is to begin after those of others that were woken by the same change and may be older. */
  join(object: BatchJob, queue: string): "soon" {
    const { uid } = object.metadata;
    this.#enter({
      uid,
      key: keyOf(object),
      line: this.#lineOf(queue),
      order: orderInLine(object),
      isPassedOver: false,
      leftMs: turnMs,
      running: undefined,
    });
    return "soon";
  }

  /** The request for a job is about to leave, possibly not for the first time in its pass: the next job need not wait for the answer. */
  sent(uid: string): void {
    const place = this.#places.get(uid);
    if (place === undefined || place.line.turn !== place) return;
    this.#sent.set(uid, place);
    this.#leave(place);
  }

  /** The pass has ended. @param goesOn whether the job is about to be submitted, by another pass */
  end(uid: string, goesOn: boolean): void {
    const sent = this.#sent.get(uid);
    this.#sent.delete(uid);
    if (sent !== undefined && goesOn && !this.#slow.has(uid)) {
      // AWS has throttled the request: the job goes first again, and younger ones that are on their way overtake it.
      const place: PlaceInLine = { ...sent, line: this.#lineOf(sent.line.queue) };
      this.#enter(place);
      if (this.#isFirst(place)) this.#start(place);
      return;
    }
    const place = this.#places.get(uid);
    if (place === undefined || place.line.turn !== place) return;
    if (!goesOn || this.#slow.has(uid)) this.#leave(place);
    else this.#handOn(place.line);
  }

  /** The job is gone, or is not to be submitted in turn any more. */
  forget(uid: string): void {
    this.#slow.delete(uid);
    this.#sent.delete(uid);
    const place = this.#places.get(uid);
    if (place !== undefined) this.#leave(place);
  }

  #lineOf(queue: string): Line {
    const line = this.#lines.get(queue) ?? {
      queue,
      namespaces: new NamespaceTurns<PlaceInLine[]>(() => []),
      turn: undefined,
    };
    this.#lines.set(queue, line);
    return line;
  }

  #enter(place: PlaceInLine): void {
    const places = place.line.namespaces.of(place.key.namespace);
    places.splice(indexIn(places, place), 0, place);
    this.#places.set(place.uid, place);
  }

  #isFirst(place: PlaceInLine): boolean {
    return place.line.namespaces.of(place.key.namespace)[0] === place;
  }

  #handOn(line: Line): void {
    line.turn = line.namespaces.next(([first]) => (first?.isPassedOver === true ? first : undefined));
    if (line.turn !== undefined) this.#options.wake(line.turn.key);
  }

  #leave(place: PlaceInLine): void {
    const { uid, line, key } = place;
    this.#pause(place);
    this.#places.delete(uid);
    const places = line.namespaces.of(key.namespace);
    places.splice(indexIn(places, place), 1);
    if (line.turn === undefined || line.turn === place) this.#handOn(line);
    if (line.namespaces.length === 0) this.#lines.delete(line.queue);
  }

  #start(place: PlaceInLine): void {
    const { clock } = this.#options;
    place.running ??= {
      since: clock.monotonic(),
      timer: clock.schedule(place.leftMs, () => this.#tookLong(place)),
    };
  }

  #pause(place: PlaceInLine): void {
    const { running } = place;
    if (running === undefined) return;
    running.timer.cancel();
    place.leftMs = Math.max(0, place.leftMs - (this.#options.clock.monotonic() - running.since));
    place.running = undefined;
  }

  #tookLong(place: PlaceInLine): void {
    place.running = undefined;
    // An older one has come in between.
    if (!this.#isFirst(place)) return;
    this.#slow.add(place.uid);
    this.#leave(place);
  }
}

/** Where a place is in a namespace, or is to be. */
function indexIn(places: readonly PlaceInLine[], { order }: PlaceInLine): number {
  let [from, to] = [0, places.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((places[middle]?.order ?? "") < order) from = middle + 1;
    else to = middle;
  }
  return from;
}
