"""Queues that keep deliveries: their shape as text, and one module for each engine."""
