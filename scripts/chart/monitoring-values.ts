import { z } from "zod";
import { choice, integer, list, map, off, on, open, port, section, text } from "./value.ts";

const monitor = (description: string) =>
  section(description, {
    enabled: off("Make it; the cluster must know the kind."),
    namespace: text("Default: the namespace of the release."),
    labels: map("By which Prometheus selects it."),
    annotations: map("More annotations."),
    interval: text("Between two scrapes. Empty: Prometheus' own."),
    scrapeTimeout: text("Of one. Empty: Prometheus' own."),
    honorLabels: off("Keep labels of the operator where Prometheus has its own."),
    sampleLimit: integer("Most samples of one scrape; 0: any.", 0),
    relabelings: list("Before the scrape."),
    metricRelabelings: list("After it."),
    tlsConfig: open(
      "With `metrics.tls`: whom Prometheus trusts, and the certificate that it shows. Empty: `ca.crt` of the page's Secret.",
    ),
  });

/** Metrics, alerts, dashboard, and who may reach what. */
export const monitoring = {
  metrics: section("`/metrics`, described in docs/metrics.md.", {
    port: port("Of the page.", 8080),
    tls: section("HTTPS. A renewed certificate is used within a minute.", {
      secretName: text("Name of a Secret with `tls.crt` and `tls.key`, as cert-manager makes them. Empty: plain HTTP."),
      clientCa: section("Only clients whose certificate one of these CAs signed may read the page.", {
        secretName: text("Name of a Secret with their certificates. Empty: any client."),
        key: text("Under which they are in it.", "ca.crt"),
      }),
    }),
    service: section("By which it is found.", {
      enabled: on("Make it; a ServiceMonitor needs it."),
      annotations: map("Such as `prometheus.io/scrape`."),
      labels: map("More labels."),
      ipFamilyPolicy: text("Such as `PreferDualStack`."),
    }),
    serviceMonitor: monitor("For the Prometheus operator: scrape the Service."),
    podMonitor: monitor("Or the pods themselves."),
    prometheusRule: section("The alerts of the chart's folder files/alerts.", {
      enabled: off("Make it; the cluster must know the kind."),
      namespace: text("Default: the namespace of the release."),
      labels: map("By which Prometheus selects it."),
      annotations: map("More annotations."),
      extraGroups: list("More groups of rules."),
    }),
    dashboard: section("The dashboards of the chart's folder files/dashboards, as ConfigMaps.", {
      enabled: off("Make them."),
      namespace: text("Default: the namespace of the release."),
      labels: map("By which Grafana's sidecar finds them.", { grafana_dashboard: "1" }),
      annotations: map("Such as the folder in Grafana."),
    }),
  }),
  networkPolicy: section("What may reach the pods, and what they may reach.", {
    enabled: off("Make it; the cluster's network must enforce such policies."),
    metricsFrom: list("Peers that may read metrics. Empty: any pod."),
    egressPorts: z
      .array(z.number().int().min(1).max(65_535))
      .default([443, 6443])
      .describe("AWS and the API server. Names are asked at port 53."),
    extraIngress: list("More rules."),
    extraEgress: list("More rules."),
  }),
  verticalPodAutoscaler: section("For clusters that have it.", {
    enabled: off("Make it."),
    updateMode: choice("`Off` only recommends.", ["Off", "Initial", "Recreate", "Auto"]),
    minAllowed: map("Least resources.", { memory: "96Mi" }),
    maxAllowed: map("Most resources."),
  }),
} as const;
