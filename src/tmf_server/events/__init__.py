"""Outbox, subscriptions, delivery."""
