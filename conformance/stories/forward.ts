/** Requests to AWS with the credentials of the run. */

import { BatchClient } from "@aws-sdk/client-batch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import type { SdkSettings } from "../account/sdk.ts";
import type { Forward } from "./proxy.ts";

interface Signable {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What each client of the AWS SDK knows of its service. */
interface ClientConfig {
  readonly signer: () => Promise<{ sign(request: Signable): Promise<Signable> }>;
  readonly endpointProvider: (parameters: object) => { readonly url: URL };
}

/** @param settings as of `sdkAccount`; calls go to its endpoint, or where AWS has the service */
export function forwardTo({ endpoint, asked: _asked, ...settings }: SdkSettings): Forward {
  const clients: Readonly<Record<string, { readonly config: object }>> = {
    batch: new BatchClient(settings),
    ec2: new EC2Client(settings),
    iam: new IAMClient(settings),
    logs: new CloudWatchLogsClient(settings),
    sts: new STSClient(settings),
  };
  return async ({ region, service }, { method, path, headers, body }) => {
    const config = clients[service]?.config as unknown as ClientConfig | undefined;
    if (config === undefined) throw new Error(`the operator asks ${service}, which no story needs`);
    const inAws = config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false }).url;
    const url = new URL(path, endpoint ?? inAws);
    const signed = await (await config.signer()).sign({
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === "" ? {} : { port: Number(url.port) }),
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      body,
    });
    const { host: _host, ...sent } = signed.headers;
    const response = await fetch(url, { method, headers: sent, ...(method === "GET" ? {} : { body }) });
    return {
      status: response.status,
      contentType: response.headers.get("content-type") ?? "application/json",
      body: await response.text(),
    };
  };
}
