import type { GetCallerIdentityResponse } from "@aws-sdk/client-sts";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** The answer to GetCallerIdentity in the Query protocol. */
export function callerIdentityXml({ Account, Arn, UserId }: GetCallerIdentityResponse): string {
  const result = `<Arn>${escaped(Arn)}</Arn><UserId>${escaped(UserId)}</UserId><Account>${escaped(Account)}</Account>`;
  return (
    `<GetCallerIdentityResponse xmlns="${namespace}"><GetCallerIdentityResult>${result}</GetCallerIdentityResult>` +
    "<ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
  );
}

export function stsErrorXml(code: string, message: string): string {
  return (
    `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${escaped(code)}</Code>` +
    `<Message>${escaped(message)}</Message></Error><RequestId>simulated</RequestId></ErrorResponse>`
  );
}

function escaped(text = ""): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
