import type { Condition, KubeObject } from "../../src/api/object.ts";
import type { VirtualClock } from "../../src/runtime/clock.ts";
import type { CallRecord } from "../../src/simulator/wire.ts";
import type { Change } from "../../src/simulator/world.ts";
import { describeWrite, isWrite } from "../transcript.ts";

/** What happened in a world, as a story that a person can read. Lines are put into words only when asked for. */
export class Trace {
  readonly #clock: VirtualClock;
  readonly #beganAt: number;
  readonly #lines: { readonly at: number; readonly who: string; readonly words: () => string }[] = [];
  readonly #shown = new Map<string, string>();

  readonly #keeps: boolean;

  /** @param keeps false: nothing is remembered, in a world that is only measured */
  constructor(clock: VirtualClock, keeps = true) {
    this.#clock = clock;
    this.#keeps = keeps;
    this.#beganAt = clock.monotonic();
  }

  /** Seconds since the world began. */
  get seconds(): number {
    return (this.#clock.monotonic() - this.#beganAt) / 1000;
  }

  note(who: string, what: string): void {
    this.#add(who, () => what);
  }

  noteCall(who: string, call: CallRecord): void {
    if (isWrite(call)) this.#add(who, () => describeWrite(call));
  }

  noteChange(change: Change): void {
    const { kind, name, state, status, statusReason, order } = change;
    const names = order?.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)).join(", ");
    const why = status === "INVALID" || status === "FAILED" ? `(${statusReason ?? ""})` : "";
    const subject = kind === "job" ? `job ${name.slice(0, 8)}` : name;
    const what = [subject, state, status, names === undefined ? undefined : `[${names}]`, why];
    this.note("aws", what.filter((part) => part !== undefined && part !== "").join(" "));
  }

  noteStatus(object: KubeObject): void {
    const name = `${object.kind} ${object.metadata.name}`;
    const text = summaryOf(object);
    if (text === "" || this.#shown.get(name) === text) return;
    this.#shown.set(name, text);
    this.note("status", `${name}: ${text}`);
  }

  #add(who: string, words: () => string): void {
    if (this.#keeps) this.#lines.push({ at: this.seconds, who, words });
  }

  text(): string {
    return this.#lines
      .map(({ at, who, words }) => `${at.toFixed(3).padStart(10)}  ${who.padEnd(9)} ${words()}\n`)
      .join("");
  }
}

function summaryOf(object: KubeObject): string {
  const status = object.status as { readonly conditions?: readonly Condition[] } | undefined;
  const conditions = status?.conditions ?? [];
  const find = (type: string): Condition | undefined => conditions.find((condition) => condition.type === type);
  const ready = find("Ready");
  if (ready === undefined) return "";
  const mark = find("Stalled") ?? find("Reconciling");
  const retiring = find("Retiring");
  const retiringText = retiring === undefined ? "" : ` | Retiring ${retiring.reason}: ${retiring.message}`;
  const at = `g${ready.observedGeneration}`;
  return `${mark?.type ?? `Ready=${ready.status}`} ${at} ${ready.reason}: ${ready.message}${retiringText}`;
}
