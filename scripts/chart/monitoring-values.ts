import { z } from "zod";
import { choice, integer, list, map, off, on, open, port, section, text } from "./value.ts";

const monitor = (description: string) =>
  section(description, {
    enabled: off("Create it; the cluster must have the CRD."),
    namespace: text("Namespace. Default: the namespace of the release."),
    labels: map("Labels by which Prometheus selects it."),
    annotations: map("Additional annotations."),
    interval: text("Scrape interval. Empty: Prometheus' default."),
    scrapeTimeout: text("Scrape timeout. Empty: Prometheus' default."),
    honorLabels: off("Prefer the operator's labels over those of Prometheus."),
    sampleLimit: integer("Maximum number of samples of a scrape; 0: unlimited.", 0),
    relabelings: list("Relabelings before the scrape."),
    metricRelabelings: list("Relabelings after the scrape."),
    tlsConfig: open(
      "TLS settings of Prometheus for `metrics.tls`: trusted CA and client certificate. Empty: `ca.crt` of `metrics.tls.secretName`.",
    ),
  });

/** Metrics, alerts, dashboard and network policy. */
export const monitoring = {
  metrics: section("`/metrics`, described in docs/metrics.md.", {
    port: port("Port of `/metrics`.", 8080),
    tls: section("HTTPS. A renewed certificate is used within a minute.", {
      secretName: text("Name of a Secret with `tls.crt` and `tls.key`, as cert-manager creates it. Empty: plain HTTP."),
      clientCa: section("Client certificates: only clients with a certificate of this CA may read metrics.", {
        secretName: text("Name of a Secret with the certificates of the CA. Empty: any client."),
        key: text("Key in that Secret.", "ca.crt"),
      }),
    }),
    service: section("Service for metrics.", {
      enabled: on("Create it; a ServiceMonitor needs it."),
      annotations: map("Annotations, such as `prometheus.io/scrape`."),
      labels: map("Additional labels."),
      ipFamilyPolicy: text("IP family policy, such as `PreferDualStack`."),
    }),
    serviceMonitor: monitor("ServiceMonitor for the Prometheus operator: scrapes the Service."),
    podMonitor: monitor("PodMonitor for the Prometheus operator: scrapes the pods."),
    prometheusRule: section("PrometheusRule with the alerts in the chart's folder files/alerts.", {
      enabled: off("Create it; the cluster must have the CRD."),
      namespace: text("Namespace. Default: the namespace of the release."),
      labels: map("Labels by which Prometheus selects it."),
      annotations: map("Additional annotations."),
      extraGroups: list("Additional groups of rules."),
    }),
    dashboard: section("ConfigMaps with the dashboards in the chart's folder files/dashboards.", {
      enabled: off("Create them."),
      namespace: text("Namespace. Default: the namespace of the release."),
      labels: map("Labels by which Grafana's sidecar finds them.", { grafana_dashboard: "1" }),
      annotations: map("Annotations, such as the folder in Grafana."),
    }),
  }),
  networkPolicy: section("NetworkPolicy of the pods.", {
    enabled: off("Create it; the cluster's network must enforce NetworkPolicies."),
    metricsFrom: list("Peers that may read metrics. Empty: any pod."),
    egressPorts: z
      .array(z.number().int().min(1).max(65_535))
      .default([443, 6443])
      .describe("Egress ports for AWS and the API server. Port 53 for DNS is always open."),
    extraIngress: list("Additional ingress rules."),
    extraEgress: list("Additional egress rules."),
  }),
  verticalPodAutoscaler: section("VerticalPodAutoscaler, if the cluster has the CRD.", {
    enabled: off("Create it."),
    updateMode: choice("Update mode. `Off` only recommends.", ["Off", "Initial", "Recreate", "Auto"]),
    minAllowed: map("Minimum resources.", { memory: "96Mi" }),
    maxAllowed: map("Maximum resources."),
  }),
} as const;
