import { type DestinationStream, pino } from "pino";
import type { Clock } from "./clock.ts";
import { visible } from "./visible.ts";

export type LogFields = Readonly<Record<string, unknown>>;
export type LogLevel = "debug" | "info" | "warn" | "error";
export const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** A structured log. `message` is constant; variable parts are in `fields`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields on every line. */
  with(fields: LogFields): Log;
}

/** A log with a level that can change while the process runs. */
export interface ProcessLog extends Log {
  level: LogLevel;
}

/** JSON lines by pino. */
export function pinoLog(options: { clock: Clock; level: LogLevel; destination: DestinationStream }): ProcessLog {
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(options.clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "message",
    },
    { write: (line) => options.destination.write(`${visible(line.trimEnd())}\n`) },
  );
  const log = logOver((level, message, fields) => {
    if (logger.isLevelEnabled(level)) logger[level](redacted(fields), message);
  });
  return {
    ...log,
    get level() {
      return logger.level as LogLevel;
    },
    set level(level) {
      logger.level = level;
    },
  };
}

/** Writes nothing. */
export const silentLog: Log = logOver(() => undefined);

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps its lines in `lines`, without secrets. */
export function collectingLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  return { ...logOver((level, message, fields) => lines.push({ level, message, fields: redacted(fields) })), lines };
}

function logOver(write: (level: LogLevel, message: string, fields: LogFields) => void, base: LogFields = {}): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      write(level, message, { ...base, ...fields });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => logOver(write, { ...base, ...fields }),
  };
}

/** Whether the value under this key is probably a secret. */
export function soundsSecret(key: string): boolean {
  return secretKey.test(key);
}

const secretKey = /password|passwd|secret|token|credential|authorization|api.?key|private.?key|access.?key/i;
const maxDepth = 8;

/** A copy with hidden values under keys that sound like secrets, and errors as plain data. */
export function redacted(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, hide(key, value, 0)]));
}

function hide(key: string, value: unknown, depth: number): unknown {
  if (value === undefined || value === null) return value;
  if (soundsSecret(key)) return "[redacted]";
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object") return value;
  if (depth >= maxDepth) return "[too deep]";
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    const own = Object.entries(value).map(([inner, at]) => [inner, hide(inner, at, depth + 1)]);
    return { ...Object.fromEntries(own), name, message, stack, cause: hide("cause", cause, depth + 1) };
  }
  if (Array.isArray(value)) return value.map((item) => hide("", item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([inner, at]) => [inner, hide(inner, at, depth + 1)]));
}
