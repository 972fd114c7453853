"""Deliveries to subscribers: the queue, one session, retries, payloads, signatures."""
