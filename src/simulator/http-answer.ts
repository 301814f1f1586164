/** An HTTP answer of the simulator. */
export interface Answer {
  readonly status: number;
  readonly contentType: "application/json" | "application/x-amz-json-1.0" | "application/x-amz-json-1.1" | "text/xml";
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}
