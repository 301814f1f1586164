obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["awsbatch.dev/paused"] = "true"
return obj
