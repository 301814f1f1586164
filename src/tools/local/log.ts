import type { Clock } from "../../runtime/clock.ts";
import type { LogLevel } from "../../runtime/log.ts";
import { type ProcessLog, pinoLog } from "../../runtime/log.ts";
import { visible } from "../../runtime/visible.ts";

/** The log in a suitable format: JSON for programs, a line for a person at a terminal. */
export function localLog(clock: Clock, level: LogLevel, human: boolean, write: (text: string) => void): ProcessLog {
  return pinoLog({ clock, level, destination: { write: (line) => write(human ? humanLine(line) : line) } });
}

/** `warn: the object changed (name=a, namespace=b)`. Pure. */
export function humanLine(json: string): string {
  const { level, time: _time, message, error, ...fields } = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const failure = error as { readonly message?: string } | undefined;
  const parts = Object.entries(fields)
    .filter(([, value]) => typeof value !== "object")
    .map(([key, value]) => `${key}=${String(value)}`);
  const details = [...(failure?.message === undefined ? [] : [failure.message]), ...parts].join(", ");
  return `${visible(`${String(level)}: ${String(message)}${details === "" ? "" : ` (${details})`}`)}\n`;
}
