/** XML for answers in AWS's Query protocol. */

/** Escapes text for XML; removes characters that XML does not allow. */
export function escaped(text = ""): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#xD;")
    .replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
}

/** A value as the members of an element: objects by name, lists as `member`, times in ISO 8601. */
export function membersXml(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${membersXml(item)}</member>`).join("");
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${membersXml(member)}</${name}>`)
      .join("");
  }
  return escaped(typeof value === "string" ? value : JSON.stringify(value));
}

/** The answer to one operation. @param namespace of the service's version */
export function answerXml(namespace: string, operation: string, result: object | undefined, requestId: string): string {
  const body = result === undefined ? "" : `<${operation}Result>${membersXml(result)}</${operation}Result>`;
  return (
    `<${operation}Response xmlns="${namespace}">${body}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`
  );
}

export function errorXml(namespace: string, code: string, message: string, requestId: string): string {
  return (
    `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${escaped(code)}</Code>` +
    `<Message>${escaped(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
  );
}
