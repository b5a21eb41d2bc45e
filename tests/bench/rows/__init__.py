"""The rows of the comparison, by what they work on."""
