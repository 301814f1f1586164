import { soundsSecret } from "../../runtime/log.ts";

/** Names whose values are probably secrets, and values that are none under any name. Pure. */

/** Beyond what the log hides: a pass word or a key, at the end of the name. */
const secretEnd =
  /(?:^|_)(?:pass|pwd|pw|pat|keys?|creds?)$|(?:db|pg|sql|smtp|ftp|redis|mongo|admin|root|user)(?:pass|pwd)$|passphrase|wandb$|(?:api|license|secret)keys?$/;

/** What such a name ends in if its value only leads to a secret, counts or describes something. */
const harmlessEnd =
  /(?:^|_)(?:arns?|names?|ids?|paths?|files?|filename|dirs?|urls?|uris?|endpoint|hosts?|port|region|types?|ttl|expiry|expiration|age|length|limit|count|size|version|enabled|disabled|required|policy|algorithm|format|stdin|prefix|suffix|column|field|label|provider|manager|backend|mode|budget|parallelism|rotation|timeout|per_\w+)$/;

/** Names of the parts of texts, of places and of data that are called keys, tokens or passes. */
const harmlessName =
  /(?:^|_)(?:max|min|num|n|total|new|input|output|prompt|completion|context|pad|eos|bos|unk|mask|sep|cls|special|stop|start|end|image|vocab)_(?:\w+_)?tokens?$|^tokens$|(?:^|_)by_?pass$|(?:^|_)(?:n|num|single|first|second|two|multi|one|max|full|dry)_pass$|^key$|(?:^|_)(?:public|pub|primary|foreign|sort|partition|range|hash|index|group|routing|cache|object|s3|input|output|data|dataset|file|source|src|dest|target|result|kms|row|join|map|dict|config|metric|tag|feature|label|item|param|prompt|image|model|checkpoint|manifest)_keys?$|^(?:old_?)?pwd$/;

/** Names that end like those that lead to a secret, and have one. */
const secretAllTheSame = /vault_?secret_?id$|role_?secret_?id$|connection_?string$/;

/** `apiKey`, `db.password` and `--api-key` as `api_key`, `db_password`, `api_key`. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z\d]+/g, "_")
    .replace(/^_/, "")
    .toLowerCase();
}

/** A program that splits texts is not a token. */
const tokenizer = /(?:de)?tokeni[sz][a-z]*/gi;

/** Whether the value under this name is probably a secret. */
export function isSecretName(name: string): boolean {
  const own = name.replace(tokenizer, "");
  const words = wordsOf(own);
  if (secretAllTheSame.test(words)) return true;
  return (soundsSecret(own) || soundsSecret(words) || secretEnd.test(words)) && !isHarmless(words);
}

function isHarmless(words: string): boolean {
  return harmlessEnd.test(words) || harmlessName.test(words);
}

/** Reads a value from elsewhere, or is too plain for a secret: a variable, a parameter of the job, a number, a yes. */
const harmlessValue =
  /^(?:|todo|true|false|yes|no|on|off|none|null|nil|required|optional|\d{1,6}|arn:.*|alias\/.*|ref::.*|\$\{[^}]*\}?|\$\([^)]*\)?|\{\{.*|<.*>|%\(?\w+\)?s?|(?:ssm|secretsmanager|vault|sm|op):\/.*|\/(?:var\/)?run\/secrets\/.*|\/etc\/.*|\*+|x{3,})$/i;

const variable = /^\$[A-Z_][A-Z\d_]*$/;

/** A file or an object in S3, as keys often name them. */
const place = /^(?:[\w.-]+\/)+[\w.*-]*$|^s3:\/\/|^[\w-]+\.\w{1,5}$/;

/** Whether a value with this name is probably a secret. */
export function isSecretUnder(name: string, value: string): boolean {
  if (!isSecretName(name) || harmlessValue.test(value) || variable.test(value)) return false;
  return soundsSecret(name) || !(/keys?$/i.test(name) && place.test(value));
}
