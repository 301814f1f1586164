-- The operator ends the job; the object and its result stay.
obj.spec.cancel = true
return obj
