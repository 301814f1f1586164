import type { Output } from "../operator/io.ts";
import { openLine, withoutCommands } from "./workflow-commands.ts";

/**
 * An output that is not a terminal: often the log of a pipeline, which obeys commands in it. Names of files, messages of AWS and
 * what a job printed are texts of others, so no text is a command there.
 */
class PipedOutput implements Output {
  readonly isTerminal = false;
  readonly direct: Output;
  #line = "";

  constructor(output: Output) {
    this.direct = output;
  }

  write(text: string): void {
    const safe = withoutCommands(this.#line, text);
    this.#line = openLine(`${this.#line}${safe}`);
    this.direct.write(safe);
  }

  size(): { readonly columns: number; readonly rows: number } {
    return this.direct.size();
  }

  onResize(listener: () => void): () => void {
    return this.direct.onResize(listener);
  }
}

/** The output of a command line: a terminal as it is, anything else without commands to a pipeline. */
export function commandFree(output: Output): Output {
  return output.isTerminal ? output : new PipedOutput(output);
}

/** The same output for what is meant to be a command, or goes out byte by byte. */
export function directly(output: Output): Output {
  return output instanceof PipedOutput ? output.direct : output;
}
