"""What every plugin has to hold."""

from webapp.testing.kit import conformance

test_conformance = conformance("vianet")
