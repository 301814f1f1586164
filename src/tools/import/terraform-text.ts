/** Texts of Terraform's configuration language (HCL). Pure. */

const name = String.raw`[\p{L}_][\p{L}\p{N}_-]*`;
const key = String.raw`(?:\[(?:\d+|"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*")\])?`;
const address = new RegExp(String.raw`^(?:module\.${name}${key}\.)*${name}\.${name}${key}$`, "u");

/**
 * Whether a text is the address of a resource, which a block of HCL takes as it is: any other text there would be code.
 *
 * Source: https://developer.hashicorp.com/terraform/cli/state/resource-addressing
 */
export function isAddress(text: string): boolean {
  // In a key, the beginning of a template is doubled when it means itself.
  return address.test(text) && !/[$%]\{/.test(text.replaceAll(/\$\$\{|%%\{/g, ""));
}

/** A text in quotes, which inserts nothing. */
export function hclText(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%]\{/g, (begin) => `${begin.charAt(0)}${begin}`);
}
