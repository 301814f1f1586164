import { visible } from "./visible.ts";

/** Commands that a person copies into a shell, made of text that others wrote. Pure. */

/** Without a meaning in sh, bash, zsh, fish or PowerShell; zsh expands a word that begins with `=`. */
const plain = /^[A-Za-z0-9_./:+-][A-Za-z0-9_./:@+=-]*$/;

/**
 * A text as one word of a POSIX shell (POSIX.1-2024, Shell & Utilities 2.2): as it is where it has no character of
 * meaning, otherwise in single quotes. A control character, which could end the line or steer the terminal, is its
 * visible escape: such a word is safe to run, and names nothing.
 */
export function shellWord(text: string): string {
  const shown = visible(text);
  // A backslash between quotes means itself but in fish, where one before a quote would keep it from ending the word.
  return plain.test(shown) ? shown : `'${shown.replaceAll(/['\\]/g, "'\\$&'")}'`;
}

/**
 * A command, or a part of one, of which each inserted value is one word or a part of a word:
 * `` shell`kubectl get -n ${namespace} pod/${name}` ``. What is not inserted is the program's own text.
 */
export function shell(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return parts.reduce((text, part, index) => `${text}${shellWord(String(values[index - 1]))}${part}`);
}

/** A command, or a part of one, of these words. */
export function shellCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
