/** What went over the wire in a story. Pure. */

/** One call and its answer. */
export interface Exchange {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** `outside`: this program, which only reads. */
  readonly by: "operator" | "outside";
  /** As AWS signs for it, e.g. `batch` or `iam`. */
  readonly service: string;
  /** e.g. `CreateJobQueue`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** JSON, or the text of a service that answers XML. */
  readonly answer: unknown;
  /** Whether the operator did not hear the answer. */
  readonly isCut: boolean;
}

/** The service and the region that a request is signed for; undefined: it is not signed. */
export function scopeOf(authorization: string): { readonly region: string; readonly service: string } | undefined {
  const [, region, service] = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization) ?? [];
  return region === undefined || service === undefined ? undefined : { region, service };
}

/**
 * What a request asks.
 *
 * @param operations of AWS Batch, whose paths have their names in lower case
 */
export function askedIn(
  request: { readonly method: string; readonly path: string; readonly target: string; readonly body: string },
  operations: readonly string[],
): Pick<Exchange, "operation" | "input"> {
  const { method, path, target, body } = request;
  const tagged = /^\/v1\/tags\/([^?]+)/.exec(path)?.[1];
  if (tagged !== undefined) {
    const verbs: Readonly<Record<string, string>> = { GET: "ListTagsForResource", POST: "TagResource" };
    const input = { resourceArn: decodeURIComponent(tagged), ...jsonIn(body) };
    return { operation: verbs[method] ?? "UntagResource", input };
  }
  const batch = /^\/v1\/([a-z]+)$/.exec(path)?.[1];
  if (batch !== undefined) {
    return { operation: operations.find((one) => one.toLowerCase() === batch) ?? batch, input: jsonIn(body) };
  }
  if (target !== "") return { operation: target.slice(target.lastIndexOf(".") + 1), input: jsonIn(body) };
  const { Action = "", Version: _version, ...input } = Object.fromEntries(new URLSearchParams(body));
  return { operation: Action, input };
}

/** JSON where it is some, otherwise the text. */
export function answerIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function jsonIn(body: string): Readonly<Record<string, unknown>> {
  return body === "" ? {} : (JSON.parse(body) as Readonly<Record<string, unknown>>);
}
