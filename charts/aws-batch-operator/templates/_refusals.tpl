{{- /* Combinations of values that the schema accepts, but that contradict each other. */}}
{{- define "aws-batch-operator.refusals" -}}
{{- with .Values }}
{{- if not .image.repository }}
{{- fail "image.repository is empty, and no image is published: build the Dockerfile, push it, and set image.repository to its name (docs/install.md)" }}
{{- end }}
{{- if not (or .flags.clusterName .simulator.enabled) }}
{{- fail "flags.clusterName is empty: name this cluster, differently from every other cluster that uses the same AWS account. The name is in the tags of everything that the operator owns; docs/install.md has how to change it later" }}
{{- end }}
{{- if and (gt (int .replicas) 1) (not .leaderElection.enabled) }}
{{- fail "replicas must be 1 without leaderElection.enabled: two replicas would conflict" }}
{{- end }}
{{- if eq (int .healthPort) (int .metrics.port) }}
{{- fail "healthPort and metrics.port must differ, because one process serves both" }}
{{- end }}
{{- if and .aws.roleArn (not .serviceAccount.create) }}
{{- fail "aws.roleArn sets an annotation of the ServiceAccount, which serviceAccount.create=false does not create: annotate it yourself, and leave aws.roleArn empty" }}
{{- end }}
{{- if and .aws.roleArn .aws.credentialsSecret }}
{{- fail "aws.roleArn and aws.credentialsSecret are two identities: keep one, and leave the other empty" }}
{{- end }}
{{- if and .simulator.enabled (or .aws.roleArn .aws.credentialsSecret .aws.endpointUrl) }}
{{- fail "aws.* has no effect with simulator.enabled: set simulator.enabled=false for AWS, or leave aws.* empty for a trial" }}
{{- end }}
{{- if and .metrics.tls.clientCa.secretName (not .metrics.tls.secretName) }}
{{- fail "metrics.tls.clientCa needs metrics.tls.secretName: without TLS clients send no certificate" }}
{{- end }}
{{- end }}
{{- end }}
