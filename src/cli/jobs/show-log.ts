import { jsonLine, visibleLine } from "../../runtime/visible.ts";
import type { Output } from "../io.ts";
import type { LogLine } from "./read-log.ts";

/**
 * Lines of a log as text, or as one line of JSON each. A terminal gets no control characters.
 *
 * @param job begins each line, where the logs of several jobs are printed
 */
export function writeLines(
  output: Output,
  format: "text" | "json",
  lines: readonly LogLine[],
  { attempt, job }: { readonly attempt: number; readonly job?: string | undefined },
): void {
  for (const { at, text, container } of lines) {
    if (format === "json") {
      output.write(jsonLine({ type: "log", job, time: new Date(at).toISOString(), attempt, container, message: text }));
      continue;
    }
    const shown = output.isTerminal ? visibleLine(text) : text;
    const from = [job, container].filter((one) => one !== undefined).map((one) => `${one}: `);
    output.write(`${from.join("")}${shown}\n`);
  }
}
