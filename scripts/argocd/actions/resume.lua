if obj.metadata.annotations ~= nil then
  obj.metadata.annotations["awsbatch.dev/paused"] = nil
end
return obj
