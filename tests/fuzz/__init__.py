"""Text that nobody means: generated, mutated, and made to be costly. `make fuzz` runs it for as long as is asked."""
