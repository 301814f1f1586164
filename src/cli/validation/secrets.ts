import { soundsSecret } from "../../runtime/log.ts";

/** Keys of AWS and GitHub, tokens of Slack, JWTs, private keys, and URLs with a password. */
const secretValues =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{30,}|\bxox[abprs]-[\w-]{10,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.|-----BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^\s/:@]+:[^\s/@]+@/;

/**
 * Whether a value with this name is probably a secret in plain text: the name or place of a secret is none, and neither is a
 * parameter of the job.
 */
export function isPlainSecret(name: string, value: string): boolean {
  if (secretValues.test(value)) return true;
  return (
    soundsSecret(name) &&
    !/_(ARN|NAME|ID|PATH|FILE|URL)$/i.test(name) &&
    !/^(|arn:.*|Ref::.*|true|false|\d{1,6})$/.test(value)
  );
}
