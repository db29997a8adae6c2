"""An escalation's life: what can happen to a case, what is to be done, and the pure machine between them."""
