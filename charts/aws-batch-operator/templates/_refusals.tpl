{{- /* Values that a schema takes one by one, and that together do not mean what whoever gives them believes. */}}
{{- define "aws-batch-operator.refusals" -}}
{{- with .Values }}
{{- if and (gt (int .replicas) 1) (not .leaderElection.enabled) }}
{{- fail "replicas must be 1 without leaderElection.enabled: two would work against each other" }}
{{- end }}
{{- if eq (int .healthPort) (int .metrics.port) }}
{{- fail "healthPort and metrics.port must differ: one process serves both" }}
{{- end }}
{{- if and .aws.roleArn (not .serviceAccount.create) }}
{{- fail "aws.roleArn becomes an annotation of the ServiceAccount, which serviceAccount.create=false leaves to you: annotate it yourself, and leave aws.roleArn empty" }}
{{- end }}
{{- if and .simulator.enabled (or .aws.roleArn .aws.credentialsSecret .aws.endpointUrl) }}
{{- fail "simulator.enabled asks AWS nothing, so aws.* would mean nothing: set simulator.enabled=false for AWS, or leave aws.* empty for a trial" }}
{{- end }}
{{- if and .metrics.tls.clientCa.secretName (not .metrics.tls.secretName) }}
{{- fail "metrics.tls.clientCa needs metrics.tls.secretName: without TLS no client shows a certificate" }}
{{- end }}
{{- end }}
{{- end }}
