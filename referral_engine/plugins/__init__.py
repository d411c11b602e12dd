"""Departments as guests: what they may say, how they are found, called and kept apart."""
