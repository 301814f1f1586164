-- The actions that are available now.
local annotations = obj.metadata.annotations or {}
local paused = annotations["awsbatch.dev/paused"] == "true"
local approval = obj.status ~= nil and obj.status.plan ~= nil and obj.status.plan.approval or nil
local approved = approval ~= nil and annotations["awsbatch.dev/approve"] == approval

return {
  reconcile = { iconClass = "fa fa-fw fa-sync", displayName = "Reconcile now" },
  pause = { iconClass = "fa fa-fw fa-pause", displayName = "Pause", disabled = paused },
  resume = { iconClass = "fa fa-fw fa-play", displayName = "Resume", disabled = not paused },
  approve = {
    iconClass = "fa fa-fw fa-check",
    displayName = "Approve the held step",
    disabled = approval == nil or approved,
  },
}
