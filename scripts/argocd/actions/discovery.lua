-- The actions that are available now.
local annotations = obj.metadata.annotations or {}
local paused = annotations["awsbatch.dev/paused"] == "true"
local approval = obj.status ~= nil and obj.status.plan ~= nil and obj.status.plan.approval or nil
local approved = approval ~= nil and annotations["awsbatch.dev/approve"] == approval

local actions = {
  reconcile = { iconClass = "fa fa-fw fa-sync", displayName = "Reconcile now" },
  pause = { iconClass = "fa fa-fw fa-pause", displayName = "Pause", disabled = paused },
  resume = { iconClass = "fa fa-fw fa-play", displayName = "Resume", disabled = not paused },
  approve = {
    iconClass = "fa fa-fw fa-check",
    displayName = "Approve the held step",
    disabled = approval == nil or approved,
  },
}

if obj.kind == "BatchJob" then
  local ended = false
  for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
    if (condition.type == "Complete" or condition.type == "Failed") and condition.status == "True" then
      ended = true
    end
  end
  actions.cancel = {
    iconClass = "fa fa-fw fa-stop",
    displayName = "Cancel the job",
    disabled = ended or obj.spec.cancel == true,
  }
end
return actions
