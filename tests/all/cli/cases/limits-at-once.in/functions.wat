;; The first function is over each limit by itself, and the second by more.
(module
  (func (loop (loop)))
  (func (block (loop (loop (loop (block)))))))
