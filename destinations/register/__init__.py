"""The register of schools and providers: loading it, and finding a place in it."""
