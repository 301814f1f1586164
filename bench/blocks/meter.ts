import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

/** Where a stretch of the event loop spent its time: functions, each with those that it called, in ms; the longest first. */
export type Spent = readonly (readonly [name: string, ms: number])[];

/** Shorter stretches are not judged. */
const judgedMs = 5;

/** One turn of the event loop, in ms of this thread's own time; its bounds are on the clock of `hrtime`. */
interface Stretch {
  readonly ms: number;
  readonly from: number;
  readonly to: number;
}

/** The longest stretches of the event loop since it was last asked. */
export class Meter {
  #longest = 0;
  #stretches: Stretch[] = [];
  readonly #collections: Stretch[] = [];
  readonly #observer: PerformanceObserver;
  #before = 0;
  #runs = true;
  /** Of the longest one, in µs of the clock that profiles use. */
  #bounds: readonly [number, number] = [0, 0];
  #turnBegan = 0;
  #session: Session | undefined;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const { startTime: from, duration: ms } of list.getEntries()) {
        this.#collections.push({ ms, from, to: from + ms });
      }
    });
    this.#observer.observe({ entryTypes: ["gc"] });
    const tick = async (): Promise<void> => {
      while (this.#runs) {
        await setImmediate();
        const [now, at] = [ownMs(), monotonicUs()];
        const ms = now - this.#before;
        if (ms > judgedMs) this.#stretches.push({ ms, from: this.#turnBegan / 1000, to: at / 1000 });
        if (ms > this.#longest) {
          this.#longest = ms;
          this.#bounds = [this.#turnBegan, at];
        }
        this.#before = now;
        this.#turnBegan = at;
      }
    };
    void tick();
  }

  /** From now on. */
  begin(): void {
    this.#before = ownMs();
    this.#turnBegan = monotonicUs();
    this.#longest = 0;
    this.#stretches = [];
  }

  /** The longest one, ms. */
  get longest(): number {
    return this.#longest;
  }

  /** The longest one without what the garbage collector took in it, ms. */
  async longestWithoutCollector(): Promise<number> {
    // Collections are reported a little later.
    for (let turns = 0; turns < 10; turns++) await setImmediate();
    const offset = performance.now() - monotonicUs() / 1000;
    const without = this.#stretches.map(({ ms, from, to }) => {
      const within = this.#collections.filter((one) => one.to > from + offset && one.from < to + offset);
      return ms - within.reduce((sum, one) => sum + one.ms, 0);
    });
    return Math.max(Math.min(this.#longest, judgedMs), ...without);
  }

  /** From now on with a profile, which costs time itself. */
  async beginProfile(): Promise<void> {
    this.#session = new Session();
    this.#session.connect();
    await this.#session.post("Profiler.enable");
    await this.#session.post("Profiler.setSamplingInterval", { interval: 500 });
    await this.#session.post("Profiler.start");
    this.begin();
  }

  /** Where the longest stretch was spent. */
  async endProfile(): Promise<Spent> {
    const bounds = this.#bounds;
    const answer = await this.#session?.post("Profiler.stop");
    this.#session?.disconnect();
    return answer === undefined ? [] : spentIn(answer.profile, bounds);
  }

  end(): void {
    this.#runs = false;
    this.#observer.disconnect();
  }
}

function spentIn(profile: Profiler.Profile, [from, to]: readonly [number, number]): Spent {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const spent = new Map<string, number>();
  let at = profile.startTime;
  (profile.samples ?? []).forEach((sample, index) => {
    const delta = profile.timeDeltas?.[index] ?? 0;
    at += delta;
    if (at <= from || at > to) return;
    const names = new Set<string>();
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      const frame = nodes.get(id)?.callFrame;
      const file = frame?.url.split("/src/").at(-1)?.split("/").slice(-2).join("/");
      if (frame !== undefined)
        names.add(`${frame.functionName || "(anonymous)"} ${file ?? ""}:${frame.lineNumber + 1}`);
    }
    for (const name of names) spent.set(name, (spent.get(name) ?? 0) + delta / 1000);
  });
  return [...spent].toSorted(([, left], [, right]) => right - left);
}

function ownMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
