"""Publishing happens exactly once, or says why not."""
