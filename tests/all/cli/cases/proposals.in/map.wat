(component
  (type $ages (map string u32))
  (import "ages" (func (result $ages))))
