"""Sends orders: rate slot, claim, POST, judge, record the outcome; one budget and one breaker over all workers."""
