import type { CallOptions } from "../aws/api.ts";
import type { IamApi } from "../aws/iam.ts";
import type { Answer } from "./http-answer.ts";
import { Refusal, ServiceError } from "./refusals.ts";
import type { SimulatedAws } from "./simulated-aws.ts";
import { answerXml, errorXml } from "./xml.ts";

/** Services of the Query protocol, by the version that each request names. */
const namespaces: Readonly<Record<string, string>> = {
  "2010-05-08": "https://iam.amazonaws.com/doc/2010-05-08/",
  "2011-06-15": "https://sts.amazonaws.com/doc/2011-06-15/",
};

/** Answers a form-encoded request to IAM, EC2, or to STS's GetCallerIdentity, in XML. */
export async function queryAnswer(aws: SimulatedAws, form: URLSearchParams, signal: AbortSignal): Promise<Answer> {
  if (form.get("Version") === "2016-11-15") {
    // EC2's model is large and rarely needed.
    const { ec2Answer } = await import("./http-ec2.ts");
    return await ec2Answer(aws.ec2, form, signal);
  }
  const operation = form.get("Action") ?? "";
  const namespace = namespaces[form.get("Version") ?? ""] ?? "";
  const call = callOf(aws, form.get("Version"), operation);
  if (call === undefined) {
    const text = `Could not find operation ${operation} for version ${form.get("Version") ?? "NO_VERSION"}`;
    return xml(400, errorXml(namespace, "InvalidAction", text, "simulated"));
  }
  try {
    const result = await call(inputIn(form), { signal });
    return xml(200, answerXml(namespace, operation, result, "simulated"));
  } catch (error) {
    if (error instanceof ServiceError) {
      const { httpStatusCode, requestId } = error.$metadata;
      // On the wire the codes of modelled exceptions have no such suffix.
      const code = error.name.replace(/Exception$/, "");
      return xml(httpStatusCode, errorXml(namespace, code, error.message, requestId));
    }
    if (error instanceof Refusal) {
      return xml(error.httpStatusCode, errorXml(namespace, error.exception, error.message, "simulated"));
    }
    throw error;
  }
}

type Call = (input: object, options: CallOptions) => Promise<object | undefined>;

function callOf(aws: SimulatedAws, version: string | null, operation: string): Call | undefined {
  if (version === "2011-06-15") {
    return operation === "GetCallerIdentity" ? (_input, options) => aws.sts.getCallerIdentity(options) : undefined;
  }
  const name = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`;
  if (version !== "2010-05-08" || !Object.hasOwn(aws.iam, name)) return undefined;
  // The form is the input of the operation; the rules of the simulator check it, as the service would.
  return aws.iam[name as keyof IamApi] as Call;
}

type Value = string | number | Value[] | { [member: string]: Value };

/**
 * Decodes members from the names of a form: `Tags.member.1.Key` is the `Key` of the first item of the list `Tags`.
 * @throws Refusal for a name of another form
 */
export function inputIn(form: URLSearchParams): { [member: string]: Value } {
  const input: { [member: string]: Value } = {};
  for (const [name, text] of form) {
    if (name === "Action" || name === "Version") continue;
    put(input, name.split("."), name === "MaxItems" ? Number(text) : text);
  }
  return input;
}

function put(into: { [member: string]: Value }, path: readonly string[], value: string | number): void {
  const [name = "", word, index, ...rest] = path;
  if (name === "" || name === "__proto__") throw malformed(path);
  if (word === undefined) {
    // An empty list is sent as its name only.
    into[name] = value === "" && (name === "Tags" || name === "TagKeys") ? [] : value;
    return;
  }
  if (word !== "member") {
    const inner = Object.hasOwn(into, name) ? (into[name] ?? {}) : {};
    if (typeof inner !== "object" || Array.isArray(inner)) throw malformed(path);
    into[name] = inner;
    put(inner, path.slice(1), value);
    return;
  }
  const at = Number(index) - 1;
  const list = Array.isArray(into[name]) ? into[name] : [];
  if (!Number.isInteger(at) || at < 0 || at > list.length) throw malformed(path);
  into[name] = list;
  if (rest.length === 0) {
    list[at] = value;
    return;
  }
  const item = list[at] ?? {};
  if (typeof item !== "object" || Array.isArray(item)) throw malformed(path);
  list[at] = item;
  put(item, rest, value);
}

function malformed(path: readonly string[]): Refusal {
  return new Refusal("MalformedInput", 400, `${path.join(".")} is the name of no member`);
}

function xml(status: number, body: string): Answer {
  return { status, contentType: "text/xml", body };
}
