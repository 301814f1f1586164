import { jsonLine, visibleLine } from "../../runtime/visible.ts";
import type { Output } from "../io.ts";
import type { LogLine } from "./read-log.ts";

/** Lines of a log as text, or as one line of JSON each. A terminal gets no control characters. */
export function writeLines(output: Output, format: "text" | "json", lines: readonly LogLine[], attempt: number): void {
  for (const { at, text, container } of lines) {
    if (format === "json") {
      output.write(jsonLine({ type: "log", time: new Date(at).toISOString(), attempt, container, message: text }));
      continue;
    }
    const shown = output.isTerminal ? visibleLine(text) : text;
    output.write(`${container === undefined ? "" : `${container}: `}${shown}\n`);
  }
}
