"""Patients who act over the service's own HTTPS interface, each with a token of their own."""

from practice.demo.traffic.traffic import Traffic

__all__ = ["Traffic"]
