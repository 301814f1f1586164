import { z } from "zod";
import { choice, integer, list, map, off, on, open, port, section, text } from "./value.ts";

const monitor = (kind: string, scraped: string) =>
  section(`${kind} for the Prometheus operator: scrapes the ${scraped}.`, {
    enabled: off(`Create the ${kind}; the cluster must have its CRD.`),
    namespace: text(`Namespace of the ${kind}. Default: the namespace of the release.`),
    labels: map(`Labels by which Prometheus selects the ${kind}.`),
    annotations: map(`Annotations of the ${kind}.`),
    interval: text(`Scrape interval of the ${kind}. Empty: Prometheus' default.`),
    scrapeTimeout: text(`Scrape timeout of the ${kind}. Empty: Prometheus' default.`),
    honorLabels: off(`Let the ${kind} prefer the operator's labels over those of Prometheus.`),
    sampleLimit: integer(`Maximum number of samples of a scrape by the ${kind}; 0: unlimited.`, 0),
    relabelings: list(`Relabelings before a scrape by the ${kind}.`),
    metricRelabelings: list(`Relabelings after a scrape by the ${kind}.`),
    tlsConfig: open(
      `TLS settings of the ${kind} for \`metrics.tls\`: trusted CA and client certificate. Empty: \`ca.crt\` of \`metrics.tls.secretName\`.`,
    ),
  });

/** Metrics, alerts, dashboard and network policy. */
export const monitoring = {
  metrics: section("`/metrics`, described in docs/metrics.md.", {
    port: port("Port of `/metrics`.", 8080),
    tls: section("HTTPS. A renewed certificate is used within a minute.", {
      secretName: text(
        "Name of a Secret with `tls.crt` and `tls.key` for `/metrics`, as cert-manager creates it. Empty: plain HTTP.",
      ),
      clientCa: section("Client certificates: only clients with a certificate of this CA may read metrics.", {
        secretName: text("Name of a Secret with the CA of clients that may read metrics. Empty: any client."),
        key: text("Key of the CA in the Secret.", "ca.crt"),
      }),
    }),
    service: section("Service for metrics.", {
      enabled: on("Create the Service for metrics; a ServiceMonitor needs it."),
      annotations: map("Annotations of the Service for metrics, such as `prometheus.io/scrape`."),
      labels: map("Additional labels of the Service for metrics."),
      ipFamilyPolicy: text("IP family policy of the Service for metrics, such as `PreferDualStack`."),
    }),
    serviceMonitor: monitor("ServiceMonitor", "Service"),
    podMonitor: monitor("PodMonitor", "pods"),
    prometheusRule: section("PrometheusRule with the alerts in the chart's folder files/alerts.", {
      enabled: off("Create the PrometheusRule; the cluster must have its CRD."),
      namespace: text("Namespace of the PrometheusRule. Default: the namespace of the release."),
      labels: map("Labels by which Prometheus selects the PrometheusRule."),
      annotations: map("Annotations of the PrometheusRule."),
      runbookBaseUrl: text(
        "URL where the folder `docs` of this repository is served, such as `https://git.example.com/aws-batch-operator/blob/v0.1.0/docs`: alerts then have `runbook_url`. Empty: they name the page only.",
      ),
      extraGroups: list("Additional groups of rules in the PrometheusRule."),
    }),
    dashboard: section("ConfigMaps with the dashboards in the chart's folder files/dashboards.", {
      enabled: off("Create the ConfigMaps of the dashboards."),
      namespace: text("Namespace of the dashboards. Default: the namespace of the release."),
      labels: map("Labels by which Grafana's sidecar finds the dashboards.", { grafana_dashboard: "1" }),
      annotations: map("Annotations of the dashboards, such as their folder in Grafana."),
    }),
  }),
  networkPolicy: section("NetworkPolicy of the pods.", {
    enabled: off("Create the NetworkPolicy; the cluster's network must enforce it."),
    metricsFrom: list("Peers that may read metrics (NetworkPolicy). Empty: any pod."),
    nodeCredentials: off(
      "Allow egress to the instance metadata of the node, for the credentials of the node's role. EKS Pod Identity and IRSA do not need it.",
    ),
    egressPorts: z
      .array(z.number().int().min(1).max(65_535))
      .default([443, 6443])
      .describe("Egress ports to AWS and the API server. Port 53 for DNS is always open."),
    extraIngress: list("Additional ingress rules of the NetworkPolicy."),
    extraEgress: list("Additional egress rules of the NetworkPolicy."),
  }),
  verticalPodAutoscaler: section("VerticalPodAutoscaler, if the cluster has the CRD.", {
    enabled: off("Create the VerticalPodAutoscaler."),
    updateMode: choice("Update mode of the VerticalPodAutoscaler. `Off` only recommends.", [
      "Off",
      "Initial",
      "Recreate",
      "Auto",
    ]),
    minAllowed: map("Minimum resources that the VerticalPodAutoscaler sets.", { memory: "128Mi" }),
    maxAllowed: map("Maximum resources that the VerticalPodAutoscaler sets."),
  }),
} as const;
