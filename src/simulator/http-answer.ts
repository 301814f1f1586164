/** An HTTP answer of the simulator. */
export interface Answer {
  readonly status: number;
  readonly contentType: "application/json" | "text/xml";
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}
