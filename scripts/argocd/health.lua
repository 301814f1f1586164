-- Healthy, Progressing, Degraded or Suspended, from the conditions that `kubectl describe` shows.
local function annotated(name)
  local annotations = obj.metadata.annotations
  return annotations ~= nil and annotations[name] == "true"
end

local function condition(conditionType)
  if obj.status ~= nil and obj.status.conditions ~= nil then
    for _, candidate in ipairs(obj.status.conditions) do
      if candidate.type == conditionType then
        return candidate
      end
    end
  end
  return nil
end

local function health(status, message)
  return { status = status, message = message }
end

local ready = condition("Ready")
local stalled = condition("Stalled")
-- Argo CD shows a message until the health status changes, so it must stay true while the operator goes on.
local applied = "Applied; the conditions of the object show the step"
local message = ready ~= nil and ready.reason ~= "Pending" and ready.message or applied

-- While the object is paused or in dry run, the message lists the planned writes, or says that there are none.
if annotated("awsbatch.dev/paused") then
  return health("Suspended", ready ~= nil and ready.reason == "Paused" and message or "paused by annotation")
end
if annotated("awsbatch.dev/dry-run") then
  return health("Suspended", ready ~= nil and ready.reason == "DryRun" and message or "dry-run by annotation")
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", applied)
end
-- The annotation is gone, and the condition still shows it.
if ready ~= nil and (ready.reason == "Paused" or ready.reason == "DryRun") then
  return health("Progressing", "Resumed; the conditions of the object show the step")
end
if stalled ~= nil and stalled.status == "True" then
  return health("Degraded", stalled.message)
end
if ready ~= nil and ready.status == "False" and (ready.reason == "AwaitingApproval" or ready.reason == "Suspended") then
  return health("Suspended", message)
end
if ready ~= nil and ready.status == "True" then
  local retiring = condition("Retiring")
  if retiring ~= nil and retiring.reason == "AwaitingApproval" then
    return health("Healthy", retiring.message)
  end
  return health("Healthy", message)
end
return health("Progressing", message)
