import type { Output } from "../../operator/io.ts";
import { jsonLine, visibleLine } from "../../runtime/visible.ts";
import { directly } from "../piped-output.ts";
import type { LogLine } from "./read-log.ts";

/**
 * Lines of a log as text, or as one line of JSON each. Control characters and commands to a pipeline are visible
 * text, unless a person wants the log as the job wrote it.
 *
 * @param job begins each line, where the logs of several jobs are printed
 */
export function writeLines(
  output: Output,
  format: "text" | "json",
  lines: readonly LogLine[],
  {
    attempt,
    job,
    isRaw = false,
  }: { readonly attempt: number; readonly job?: string | undefined; readonly isRaw?: boolean | undefined },
): void {
  for (const { at, text, container } of lines) {
    if (format === "json") {
      output.write(jsonLine({ type: "log", job, time: new Date(at).toISOString(), attempt, container, message: text }));
      continue;
    }
    const from = [job, container].filter((one) => one !== undefined).map((one) => `${one}: `);
    const line = `${from.join("")}${isRaw ? text : visibleLine(text)}\n`;
    (isRaw ? directly(output) : output).write(line);
  }
}
