-- Approves only the step that waits now: a later one has another name.
if obj.status ~= nil and obj.status.plan ~= nil and obj.status.plan.approval ~= nil then
  obj.metadata.annotations = obj.metadata.annotations or {}
  obj.metadata.annotations["awsbatch.dev/approve"] = obj.status.plan.approval
end
return obj
