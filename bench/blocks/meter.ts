import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import { setImmediate } from "node:timers/promises";

/** Where a stretch of the event loop spent its time: functions, each with those that it called, in ms; the longest first. */
export type Spent = readonly (readonly [name: string, ms: number])[];

/** The longest stretch of the event loop since it was last asked, in ms of this thread's own time. */
export class Meter {
  #longest = 0;
  #before = 0;
  #runs = true;
  /** Of the longest one, in µs of the clock that profiles use. */
  #bounds: readonly [number, number] = [0, 0];
  #turnBegan = 0;
  #session: Session | undefined;

  constructor() {
    const tick = async (): Promise<void> => {
      while (this.#runs) {
        await setImmediate();
        const [now, at] = [ownMs(), monotonicUs()];
        if (now - this.#before > this.#longest) {
          this.#longest = now - this.#before;
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
  }

  get longest(): number {
    return this.#longest;
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
