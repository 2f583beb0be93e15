"""Answers, pages and figures."""
