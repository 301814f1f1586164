import { Option } from "commander";
import { type Io, styleOf } from "../../operator/io.ts";
import { asciiOutput } from "../terminal/ascii.ts";
import { paintFor } from "../terminal/paint.ts";
import type { Document } from "./document.ts";
import { documentMarkdown } from "./markdown.ts";
import { documentText } from "./text.ts";

export const formats = ["text", "markdown", "json"] as const;
export type Format = (typeof formats)[number];

export function formatOption(what: string, choices: readonly Format[] = formats): Option {
  return new Option("-o, --output <format>", `format of the ${what}`).choices(choices).default("text");
}

/** What a command has found, for whoever reads it. */
export interface Shown {
  document(): Document;
  /** One line. */
  json(): string;
}

/** Writes it to stdout. */
export function show(shown: Shown, format: Format, { stdout, env }: Pick<Io, "stdout" | "env">): void {
  if (format === "json") stdout.write(shown.json());
  if (format === "markdown") stdout.write(documentMarkdown(shown.document()));
  if (format !== "text") return;
  const style = styleOf(stdout, env);
  const columns = stdout.isTerminal ? stdout.size().columns : undefined;
  const stream = style.unicode ? stdout : asciiOutput(stdout);
  stream.write(documentText(shown.document(), { paint: paintFor(style), columns }));
}
