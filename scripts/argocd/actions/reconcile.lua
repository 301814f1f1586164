-- Any new value works; the operator copies it to status.lastHandledReconcileAt. Argo CD has no global os.
local os = require("os")
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["awsbatch.dev/reconcile-requested-at"] = os.date("!%Y-%m-%dT%XZ")
return obj
