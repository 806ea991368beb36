"""The pages and pictures that are written from the code, a module each."""
