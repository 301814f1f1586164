/**
 * Commands that CI systems read in the output of a step. Pure.
 *
 * Sources: https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and ActionCommand.cs of its runner
 * (v2: `::` after white space at the beginning of a line; v1: `##[` anywhere); `##vso[` of Azure Pipelines; `##teamcity[`.
 */

/** A command of GitHub Actions, as a line. Properties that are undefined are left out. */
export function workflowCommand(
  name: "error" | "warning" | "notice",
  properties: Readonly<Record<string, string | number | undefined>>,
  message: string,
): string {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  const list = given.map(([key, value]) => `${key}=${property(String(value))}`).join(",");
  return `::${name}${list === "" ? "" : ` ${list}`}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** What begins a command, up to the character without which it is none. */
const beginnings = /(?<=(?:^|[\r\n])[\s\u0085]*:):|(?<=##(?:vso|teamcity)?)\[/gi;

/**
 * The text with a visible escape in place of a character of each beginning of a command. In JSON these are escapes of
 * JSON, so its meaning stays.
 *
 * @param before what is before it in its line
 */
export function withoutCommands(before: string, text: string): string {
  return `${before}${text}`
    .replaceAll(beginnings, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .slice(before.length);
}

/** Of what was written, as much of the last line as can be a part of the beginning of a command. */
export function openLine(written: string): string {
  const line = written.slice(Math.max(written.lastIndexOf("\n"), written.lastIndexOf("\r")) + 1);
  const begun = line.replace(/^[\s\u0085]+/, "");
  const longest = "##teamcity".length;
  // What is left out was not white space: the rest begins no line.
  return begun.length <= longest ? begun : `x${begun.slice(-longest)}`;
}
