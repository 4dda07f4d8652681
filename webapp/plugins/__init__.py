"""Plugins: finding and loading them, and asking them. The only package that knows pluggy's manager."""
