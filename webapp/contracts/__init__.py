"""The nouns of Onbehalf: frozen values that cross the hooks. They know neither Flask nor the database."""
