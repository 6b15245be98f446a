"""Measures the program in its real window, from outside: keys by XTest, pixels by XGetImage."""
